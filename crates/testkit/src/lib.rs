//! Dev only: a private database for each test, on SQLite always and on PostgreSQL where `DATABASE_URL` is given.
