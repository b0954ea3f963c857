insert into kysely_migration (name, timestamp) values
  ('0001-create-journeys', '2026-11-22T18:05:00.000Z'),
  ('0002-create-factors', '2026-11-22T18:05:00.000Z'),
  ('0003-create-counters', '2026-11-22T18:05:00.000Z'),
  ('0004-create-audit', '2026-11-22T18:05:00.000Z'),
  ('0005-create-work', '2026-11-22T18:05:00.000Z'),
  ('0006-create-configurations', '2026-11-22T18:05:00.000Z'),
  ('0007-create-embedded-accounts', '2026-11-22T18:05:00.000Z');
insert into kysely_migration_lock (id, is_locked) values ('migration_lock', 0);
insert into journeys (id, token_digest, version, goal, status, state, created_at, expires_at) values
  ('journey-1', 'digest-1', 3, 'reset-password', 'open', 'sealed as it was then', 1763835000000, 1763836000000);
insert into challenges (id, journey_id, kind, expected, attempts, maximum_attempts, expires_at, consumed_at) values
  ('challenge-1', 'journey-1', 'email', 'sealed as it was then', 1, 5, 1763836000000, null);
insert into factors (id, directory, account_id, kind, label, secret, source, created_at, ended_at, last_used_at, last_time_step) values
  ('factor-1', 'people', 'account-1', 'totp', 'Phone', 'sealed as it was then', 'import', 1763835000000, null, null, null);
insert into counters (key, count, window_started_at, window_ends_at, paused_until) values ('key-1', 3, 1763835000000, 1763836000000, 0);
insert into audit_events (seq, at, type, data, previous_hash, hash) values
  (1, 1763835000000, 'journey.started', '{}', '0000000000000000000000000000000000000000000000000000000000000000', 'a hash as it was made then');
insert into audit_head (id, seq, hash) values (1, 1, 'a hash as it was made then');
insert into intents (id, directory, account_id, verb, journey_id, facts, status, created_at, closed_at, lease_until) values
  ('intent-1', 'people', 'account-1', 'reset-password', 'journey-1', 'sealed as it was then', 'open', 1763835000000, null, 1763835000000),
  ('intent-2', 'people', 'account-1', 'reset-password', 'journey-1', 'sealed as it was then', 'open', 1763835000000, null, 1763835000000);
insert into outbox (id, lane, kind, payload, attempts, created_at, run_at, expires_at, lease_until, done_at, failed_at, problem) values
  ('job-1', 'code', 'mail', 'sealed as it was then', 0, 1763835000000, 1763835000000, null, 0, null, null, null);
insert into freezes (directory, account_id, reason, frozen_at) values ('people', 'account-2', 'not-me', 1763835000000);
insert into freeze_links (token_digest, directory, account_id, expires_at, used_at) values ('digest-2', 'people', 'account-2', 1763836000000, null);
insert into configurations (version, document, created_at, author, comment) values (1, '{}', 1763835000000, 'import', '');
