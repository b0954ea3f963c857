import { describe, expect, it } from 'vitest';
import { explainPostgres } from './explain-database.ts';

describe('what PostgreSQL refuses', () => {
  // PgBouncer answers a start-up parameter that it does not pass on (`statement_timeout`) with 08P01, protocol_violation.
  it('is not laid to host and port alone where PgBouncer stands between', () => {
    expect(explainPostgres('08P01')?.fix).toBe(
      'Let database.url lead to the PostgreSQL server itself, not to PgBouncer: Keyturn pools by itself; and check host and port in it',
    );
  });

  it('is told by its class where the code has no sentence of its own, and by none where the class has none', () => {
    expect(explainPostgres('08006')?.problem).toBe('The connection to PostgreSQL broke');
    expect(explainPostgres('23505')).toBeNull();
  });
});
