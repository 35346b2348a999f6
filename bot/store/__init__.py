"""What is kept, and for how long: messages in flight, conversations, counters. The only room that speaks SQL.

Every operation is a function whose first argument is a connection inside a transaction; `Database.do` runs it.
"""

FILE = "nahbei.db"
