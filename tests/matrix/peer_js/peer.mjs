// A person with Element's own encryption, as strict as it can be: keys only for devices that their owner vouches for.
// One JSON object a line. In: {"do": "invite" | "send" | "vote", …}; out: what is seen, with the shield that Element would show.

import { createInterface } from "node:readline";
import { createClient, MatrixEventEvent, RoomEvent } from "matrix-js-sdk/lib/matrix.js";
import { OnlySignedDevicesIsolationMode } from "matrix-js-sdk/lib/crypto-api/index.js";

Promise.withResolvers ??= () => {
  const parts = {}; // Node before version 22 has no such function
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const [baseUrl, userId, deviceId, accessToken] = process.argv.slice(2);
const client = createClient({ baseUrl, userId, deviceId, accessToken });
await client.initRustCrypto({ useIndexedDB: false });
const crypto = client.getCrypto();
await crypto.bootstrapCrossSigning({ setupNewCrossSigning: true, authUploadDeviceSigningKeys: (make) => make(null) });
crypto.setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function see(event) {
  if (event.getSender() === userId || event.isState() || event.isBeingDecrypted() || event.getType() === "m.room.encrypted") return;
  const shield = event.isEncrypted() ? await crypto.getEncryptionInfoForEvent(event) : null;
  say({
    seen: event.getId(),
    room: event.getRoomId(),
    type: event.getType(),
    content: event.getContent(),
    failed: event.isDecryptionFailure(),
    shield: shield?.shieldColour ?? null,
    reason: shield?.shieldReason ?? null,
  });
}

client.on(RoomEvent.Timeline, (event) => see(event));
client.on(MatrixEventEvent.Decrypted, (event) => see(event));
await client.startClient({ initialSyncLimit: 50 });
say({ ready: true });

const deeds = {
  invite: async ({ user }) => {
    const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
    return (await client.createRoom({ invite: [user], is_direct: true, preset: "trusted_private_chat", initial_state: [encryption] })).room_id;
  },
  devices: async ({ user }) => [...((await crypto.getUserDeviceInfo([user], true)).get(user) ?? new Map()).keys()].join(" "),
  send: async ({ room, kind, content }) => (await client.sendEvent(room, kind, content)).event_id,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: deed, ...details } = JSON.parse(line);
  try {
    say({ done: await deeds[deed](details) });
  } catch (error) {
    say({ error: String(error) });
  }
}
process.exit(0); // whoever talked to us is gone
