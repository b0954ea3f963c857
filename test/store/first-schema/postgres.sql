CREATE TABLE public.audit_events (
    seq bigint NOT NULL,
    at bigint NOT NULL,
    type text NOT NULL,
    data text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL
);
CREATE TABLE public.audit_head (
    id integer NOT NULL,
    seq bigint NOT NULL,
    hash text NOT NULL,
    CONSTRAINT audit_head_id_check CHECK ((id = 1))
);
CREATE TABLE public.challenges (
    id text NOT NULL,
    journey_id text NOT NULL,
    kind text NOT NULL,
    expected text NOT NULL,
    attempts integer NOT NULL,
    maximum_attempts integer NOT NULL,
    expires_at bigint NOT NULL,
    consumed_at bigint
);
CREATE TABLE public.configurations (
    version integer NOT NULL,
    document text NOT NULL,
    created_at bigint NOT NULL,
    author text NOT NULL,
    comment text NOT NULL
);
CREATE TABLE public.counters (
    key text NOT NULL,
    count integer NOT NULL,
    window_started_at bigint NOT NULL,
    window_ends_at bigint NOT NULL,
    paused_until bigint NOT NULL
);
CREATE TABLE public.embedded_accounts (
    directory text NOT NULL,
    id text NOT NULL,
    login text NOT NULL,
    display_name text NOT NULL,
    given_name text,
    surname text,
    mail text,
    mobile text,
    employee_number text,
    language text,
    groups text NOT NULL,
    manager_id text,
    password_hash text NOT NULL,
    password_history text NOT NULL,
    password_set_at bigint NOT NULL,
    must_change integer NOT NULL,
    disabled integer NOT NULL,
    expires_at bigint,
    bad_attempts integer NOT NULL,
    last_bad_attempt_at bigint,
    locked_at bigint,
    version integer NOT NULL,
    search_text text NOT NULL
);
CREATE TABLE public.factors (
    id text NOT NULL,
    directory text NOT NULL,
    account_id text NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    secret text NOT NULL,
    source text NOT NULL,
    created_at bigint NOT NULL,
    ended_at bigint,
    last_used_at bigint,
    last_time_step bigint
);
CREATE TABLE public.freeze_links (
    token_digest text NOT NULL,
    directory text NOT NULL,
    account_id text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.freezes (
    directory text NOT NULL,
    account_id text NOT NULL,
    reason text NOT NULL,
    frozen_at bigint NOT NULL
);
CREATE TABLE public.intents (
    id text NOT NULL,
    directory text NOT NULL,
    account_id text NOT NULL,
    verb text NOT NULL,
    journey_id text,
    facts text NOT NULL,
    status text NOT NULL,
    created_at bigint NOT NULL,
    closed_at bigint,
    lease_until bigint NOT NULL
);
CREATE TABLE public.journeys (
    id text NOT NULL,
    token_digest text NOT NULL,
    version integer NOT NULL,
    goal text NOT NULL,
    status text NOT NULL,
    state text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE public.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
CREATE TABLE public.outbox (
    id text NOT NULL,
    lane text NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    attempts integer NOT NULL,
    created_at bigint NOT NULL,
    run_at bigint NOT NULL,
    expires_at bigint,
    lease_until bigint NOT NULL,
    done_at bigint,
    failed_at bigint,
    problem text
);
ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.challenges
    ADD CONSTRAINT challenges_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.configurations
    ADD CONSTRAINT configurations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.counters
    ADD CONSTRAINT counters_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.embedded_accounts
    ADD CONSTRAINT embedded_accounts_key PRIMARY KEY (directory, id);
ALTER TABLE ONLY public.embedded_accounts
    ADD CONSTRAINT embedded_accounts_login UNIQUE (directory, login);
ALTER TABLE ONLY public.factors
    ADD CONSTRAINT factors_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.freeze_links
    ADD CONSTRAINT freeze_links_pkey PRIMARY KEY (token_digest);
ALTER TABLE ONLY public.freezes
    ADD CONSTRAINT freezes_key PRIMARY KEY (directory, account_id);
ALTER TABLE ONLY public.intents
    ADD CONSTRAINT intents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.journeys
    ADD CONSTRAINT journeys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.journeys
    ADD CONSTRAINT journeys_token_digest_key UNIQUE (token_digest);
ALTER TABLE ONLY public.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
CREATE INDEX audit_events_by_time ON public.audit_events USING btree (at);
CREATE INDEX challenges_by_expiry ON public.challenges USING btree (expires_at);
CREATE INDEX challenges_by_journey ON public.challenges USING btree (journey_id);
CREATE INDEX counters_by_end ON public.counters USING btree (window_ends_at);
CREATE INDEX embedded_accounts_by_employee_number ON public.embedded_accounts USING btree (directory, employee_number);
CREATE INDEX embedded_accounts_by_mail ON public.embedded_accounts USING btree (directory, mail);
CREATE INDEX factors_by_account ON public.factors USING btree (directory, account_id);
CREATE INDEX freeze_links_by_expiry ON public.freeze_links USING btree (expires_at);
CREATE INDEX intents_by_journey ON public.intents USING btree (journey_id);
CREATE INDEX intents_open ON public.intents USING btree (lease_until) WHERE (status = 'open'::text);
CREATE INDEX journeys_by_expiry ON public.journeys USING btree (expires_at);
CREATE INDEX outbox_waiting ON public.outbox USING btree (lane, run_at) WHERE ((done_at IS NULL) AND (failed_at IS NULL));
ALTER TABLE ONLY public.challenges
    ADD CONSTRAINT challenges_journey FOREIGN KEY (journey_id) REFERENCES public.journeys(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
