"""What is said and asked. Pure: no clock, no network, no database, no markup."""
