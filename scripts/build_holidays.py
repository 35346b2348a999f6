"""Make catalog/data/public_holidays.csv: which day is a public holiday in which states, from the holidays package.

Run it after an update of that package: python scripts/build_holidays.py
"""

from pathlib import Path

import holidays

TARGET = Path(__file__).parent.parent / "catalog" / "data" / "public_holidays.csv"
YEARS = range(2025, 2041)
STATES = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")


def main() -> None:
    everywhere = set(holidays.country_holidays("DE", years=YEARS))
    states = {day: ["DE"] for day in everywhere}
    for state in STATES:
        for day in set(holidays.country_holidays("DE", subdiv=state, years=YEARS)) - everywhere:
            states.setdefault(day, []).append(state)
    rows = [f"{day},{' '.join(states[day])}\n" for day in sorted(states)]
    TARGET.write_text("day,states\n" + "".join(rows), "ascii")
    print(f"{TARGET}: {len(rows)} days")


if __name__ == "__main__":
    main()
