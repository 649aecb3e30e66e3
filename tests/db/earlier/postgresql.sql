-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE alarm ( issue INTEGER NOT NULL, kind VARCHAR(12) NOT NULL, message TEXT NOT NULL, pauses BOOLEAN NOT NULL, raised_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT alarm_pk PRIMARY KEY (issue, kind), CONSTRAINT alarm_kind CHECK (kind IN ('complaints', 'bounces', 'unconfirmed', 'doubled')) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE allowance ( bucket VARCHAR(64) NOT NULL, span BIGINT NOT NULL, used INTEGER NOT NULL, CONSTRAINT allowance_pk PRIMARY KEY (bucket, span) );
-- 473e167
CREATE TABLE approval ( issue INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, approved_by TEXT NOT NULL, approved_at TIMESTAMP WITH TIME ZONE NOT NULL, is_next BOOLEAN NOT NULL, CONSTRAINT approval_pk PRIMARY KEY (issue) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE approval ( issue INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, approved_by TEXT NOT NULL, approved_at TIMESTAMP WITH TIME ZONE NOT NULL, is_next BOOLEAN NOT NULL, segment TEXT DEFAULT '' NOT NULL, CONSTRAINT approval_pk PRIMARY KEY (issue) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE asked_in_vain ( hash VARCHAR(64) NOT NULL, mails INTEGER NOT NULL, CONSTRAINT asked_in_vain_pk PRIMARY KEY (hash) );
-- 473e167
CREATE TABLE breaker ( name VARCHAR(20) NOT NULL, opened_at TIMESTAMP WITH TIME ZONE NOT NULL, closes_at TIMESTAMP WITH TIME ZONE NOT NULL, reason TEXT NOT NULL, told BOOLEAN DEFAULT false NOT NULL, CONSTRAINT breaker_pk PRIMARY KEY (name) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE breaker ( name VARCHAR(20) NOT NULL, opened_at TIMESTAMP WITH TIME ZONE NOT NULL, closes_at TIMESTAMP WITH TIME ZONE NOT NULL, reason TEXT NOT NULL, CONSTRAINT breaker_pk PRIMARY KEY (name) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE cadence ( id BIGSERIAL NOT NULL, list_name VARCHAR(100) NOT NULL, rule TEXT NOT NULL, freeze_before_minutes INTEGER NOT NULL, late_minutes INTEGER NOT NULL, min_posts INTEGER NOT NULL, needs_approval BOOLEAN NOT NULL, drafts BOOLEAN NOT NULL, tell JSONB NOT NULL, heartbeat_url TEXT, since_at TIMESTAMP WITH TIME ZONE NOT NULL, held_at TIMESTAMP WITH TIME ZONE, CONSTRAINT cadence_pk PRIMARY KEY (id), CONSTRAINT cadence_list_name_unique UNIQUE (list_name) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE carried ( attempt_id BIGINT NOT NULL, delivery_id BIGINT NOT NULL, CONSTRAINT carried_pk PRIMARY KEY (attempt_id, delivery_id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE collect_key ( name VARCHAR(100) NOT NULL, digest VARCHAR(64) NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, used_at TIMESTAMP WITH TIME ZONE, CONSTRAINT collect_key_pk PRIMARY KEY (name), CONSTRAINT collect_key_digest_unique UNIQUE (digest) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE edition ( id BIGSERIAL NOT NULL, digest VARCHAR(64) NOT NULL, issue INTEGER NOT NULL, document TEXT NOT NULL, frozen_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT edition_pk PRIMARY KEY (id), CONSTRAINT edition_digest_unique UNIQUE (digest) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE engagement ( subscriber_id BIGINT NOT NULL, opened BIGINT NOT NULL, clicked BIGINT NOT NULL, CONSTRAINT engagement_pk PRIMARY KEY (subscriber_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE engagement_mark ( id INTEGER NOT NULL, event_id BIGINT NOT NULL, CONSTRAINT engagement_mark_pk PRIMARY KEY (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE erasure ( hash VARCHAR(64) NOT NULL, erased_at TIMESTAMP WITH TIME ZONE NOT NULL, request_of VARCHAR(10) NOT NULL, returned_at TIMESTAMP WITH TIME ZONE, CONSTRAINT erasure_pk PRIMARY KEY (hash) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE event ( id BIGSERIAL NOT NULL, provider VARCHAR(20) NOT NULL, event_id VARCHAR(100) NOT NULL, kind VARCHAR(12) NOT NULL, weight SMALLINT NOT NULL, by_machine BOOLEAN DEFAULT false NOT NULL, happened_at TIMESTAMP WITH TIME ZONE NOT NULL, received_at TIMESTAMP WITH TIME ZONE NOT NULL, issue INTEGER, attempt_id BIGINT, delivery_id BIGINT, reason TEXT, url TEXT, told_attempt VARCHAR(100), email VARCHAR(320), raw TEXT, CONSTRAINT event_pk PRIMARY KEY (id), CONSTRAINT event_kind CHECK (kind IN ('processed', 'deferred', 'delivered', 'dropped', 'bounced', 'complained', 'opened', 'clicked', 'unsubscribed', 'unknown')), CONSTRAINT event_once UNIQUE (provider, event_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE event_pull ( provider VARCHAR(20) NOT NULL, until_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT event_pull_pk PRIMARY KEY (provider) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE failed_entry ( id BIGSERIAL NOT NULL, who VARCHAR(32) NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT failed_entry_pk PRIMARY KEY (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE feed_state ( key VARCHAR(64) NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, answered_at TIMESTAMP WITH TIME ZONE, next_at TIMESTAMP WITH TIME ZONE NOT NULL, failures INTEGER NOT NULL, problem TEXT NOT NULL, CONSTRAINT feed_state_pk PRIMARY KEY (key) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE find ( id BIGSERIAL NOT NULL, key VARCHAR(64) NOT NULL, url TEXT, origin VARCHAR(10) NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, site TEXT NOT NULL, author TEXT NOT NULL, summary TEXT NOT NULL, published_at TIMESTAMP WITH TIME ZONE, found_at TIMESTAMP WITH TIME ZONE NOT NULL, note TEXT NOT NULL, quote TEXT NOT NULL, choices JSONB NOT NULL, status VARCHAR(10) NOT NULL, decided_at TIMESTAMP WITH TIME ZONE, looked_at TIMESTAMP WITH TIME ZONE, post TEXT, post_digest VARCHAR(64), CONSTRAINT find_pk PRIMARY KEY (id), CONSTRAINT find_origin CHECK (origin IN ('person', 'key', 'mail', 'feed')), CONSTRAINT find_status CHECK (status IN ('waiting', 'kept', 'dismissed', 'old')), CONSTRAINT find_key_unique UNIQUE (key) );
-- 473e167
CREATE TABLE import_run ( id BIGSERIAL NOT NULL, list_name VARCHAR(100) NOT NULL, files TEXT NOT NULL, started_at TIMESTAMP WITH TIME ZONE NOT NULL, undone_at TIMESTAMP WITH TIME ZONE, CONSTRAINT import_run_pk PRIMARY KEY (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE import_run ( id BIGSERIAL NOT NULL, list_name VARCHAR(100) NOT NULL, files TEXT NOT NULL, made_list BOOLEAN DEFAULT false NOT NULL, started_at TIMESTAMP WITH TIME ZONE NOT NULL, finished_at TIMESTAMP WITH TIME ZONE, undone_at TIMESTAMP WITH TIME ZONE, CONSTRAINT import_run_pk PRIMARY KEY (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE issue_place ( issue INTEGER NOT NULL, place INTEGER NOT NULL, CONSTRAINT issue_place_pk PRIMARY KEY (issue) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE last_tick ( id INTEGER NOT NULL, ticked_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT last_tick_pk PRIMARY KEY (id), CONSTRAINT last_tick_one CHECK (id = 1) );
-- e99dbce b182fd3
CREATE TABLE late_departure ( delivery_id BIGINT NOT NULL, left_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT late_departure_pk PRIMARY KEY (delivery_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE live_database ( id INTEGER NOT NULL, name VARCHAR(40) NOT NULL, place TEXT NOT NULL, since_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT live_database_pk PRIMARY KEY (id), CONSTRAINT live_database_one CHECK (id = 1) );
-- e913d36
CREATE TABLE mailing_list ( id BIGSERIAL NOT NULL, name VARCHAR(100) NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT mailing_list_pk PRIMARY KEY (id), CONSTRAINT mailing_list_name_unique UNIQUE (name) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE mailing_list ( id BIGSERIAL NOT NULL, name VARCHAR(100) NOT NULL, title TEXT DEFAULT '' NOT NULL, is_open BOOLEAN DEFAULT false NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT mailing_list_pk PRIMARY KEY (id), CONSTRAINT mailing_list_name_unique UNIQUE (name) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE notice ( id BIGSERIAL NOT NULL, about VARCHAR(40) NOT NULL, kind VARCHAR(20) NOT NULL, tell JSONB NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, made_at TIMESTAMP WITH TIME ZONE NOT NULL, tried_at TIMESTAMP WITH TIME ZONE, handed_over_at TIMESTAMP WITH TIME ZONE, CONSTRAINT notice_pk PRIMARY KEY (id), CONSTRAINT notice_once UNIQUE (about, kind) );
-- e913d36 473e167
CREATE TABLE provider_state ( provider VARCHAR(20) NOT NULL, not_before TIMESTAMP WITH TIME ZONE, CONSTRAINT provider_state_pk PRIMARY KEY (provider) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE provider_state ( provider VARCHAR(20) NOT NULL, not_before TIMESTAMP WITH TIME ZONE, next_turn_at TIMESTAMP WITH TIME ZONE, warm_until TIMESTAMP WITH TIME ZONE, CONSTRAINT provider_state_pk PRIMARY KEY (provider) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE rest ( subscriber_id BIGINT NOT NULL, until_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT rest_pk PRIMARY KEY (subscriber_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE segment ( name VARCHAR(100) NOT NULL, question TEXT NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT segment_pk PRIMARY KEY (name) );
-- e913d36 473e167 8c5be11
CREATE TABLE subscriber ( id BIGSERIAL NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, first_name TEXT DEFAULT '' NOT NULL, last_name TEXT DEFAULT '' NOT NULL, fields JSONB NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, updated_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT subscriber_pk PRIMARY KEY (id), CONSTRAINT subscriber_email_key_unique UNIQUE (email_key) );
-- 596e084 e99dbce b182fd3
CREATE TABLE subscriber ( id BIGSERIAL NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) COLLATE "C" NOT NULL, first_name TEXT DEFAULT '' NOT NULL, last_name TEXT DEFAULT '' NOT NULL, fields JSONB NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, updated_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT subscriber_pk PRIMARY KEY (id), CONSTRAINT subscriber_email_key_unique UNIQUE (email_key) );
-- e913d36 473e167 8c5be11
CREATE TABLE suppression ( email_key VARCHAR(320) NOT NULL, reason VARCHAR(20) NOT NULL, since_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT suppression_pk PRIMARY KEY (email_key), CONSTRAINT suppression_reason CHECK (reason IN ('hard_bounce', 'complaint', 'unsubscribe', 'invalid', 'manual')) );
-- 596e084 e99dbce b182fd3
CREATE TABLE suppression ( email_key VARCHAR(320) COLLATE "C" NOT NULL, reason VARCHAR(20) NOT NULL, since_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT suppression_pk PRIMARY KEY (email_key), CONSTRAINT suppression_reason CHECK (reason IN ('hard_bounce', 'complaint', 'unsubscribe', 'invalid', 'manual')) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE user_account ( id BIGSERIAL NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, name TEXT NOT NULL, role VARCHAR(10) NOT NULL, password_hash TEXT, epoch INTEGER DEFAULT '1' NOT NULL, totp_secret VARCHAR(64), totp_step BIGINT DEFAULT '0' NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT user_account_pk PRIMARY KEY (id), CONSTRAINT user_account_role CHECK (role IN ('viewer', 'author', 'editor', 'owner')), CONSTRAINT user_account_email_key_unique UNIQUE (email_key) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE warm_up_day ( provider VARCHAR(20) NOT NULL, number INTEGER NOT NULL, began_at TIMESTAMP WITH TIME ZONE NOT NULL, n_readers INTEGER NOT NULL, CONSTRAINT warm_up_day_pk PRIMARY KEY (provider, number) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE asking_again ( id BIGSERIAL NOT NULL, list_id BIGINT NOT NULL, segment TEXT NOT NULL, days INTEGER NOT NULL, asked_at TIMESTAMP WITH TIME ZONE NOT NULL, closed_at TIMESTAMP WITH TIME ZONE, undone_at TIMESTAMP WITH TIME ZONE, CONSTRAINT asking_again_pk PRIMARY KEY (id), CONSTRAINT asking_again_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE bounced_off ( subscriber_id BIGINT NOT NULL, list_id BIGINT NOT NULL, ended_at TIMESTAMP WITH TIME ZONE, forgiven_delivery BIGINT DEFAULT '0' NOT NULL, CONSTRAINT bounced_off_pk PRIMARY KEY (subscriber_id, list_id), CONSTRAINT bounced_off_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167
CREATE TABLE departure ( id BIGSERIAL NOT NULL, subscriber_id BIGINT NOT NULL, list_id BIGINT NOT NULL, issue INTEGER NOT NULL, how VARCHAR(12) NOT NULL, reason TEXT DEFAULT '' NOT NULL, left_at TIMESTAMP WITH TIME ZONE NOT NULL, undone_at TIMESTAMP WITH TIME ZONE, CONSTRAINT departure_pk PRIMARY KEY (id), CONSTRAINT departure_how CHECK (how IN ('one_click', 'page', 'preferences')), CONSTRAINT departure_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE departure ( id BIGSERIAL NOT NULL, subscriber_id BIGINT NOT NULL, list_id BIGINT NOT NULL, issue INTEGER NOT NULL, how VARCHAR(12) NOT NULL, reason TEXT DEFAULT '' NOT NULL, left_at TIMESTAMP WITH TIME ZONE NOT NULL, undone_at TIMESTAMP WITH TIME ZONE, CONSTRAINT departure_pk PRIMARY KEY (id), CONSTRAINT departure_how CHECK (how IN ('one_click', 'page', 'preferences', 'silence')), CONSTRAINT departure_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE find_delivery ( once VARCHAR(64) NOT NULL, find_id BIGINT NOT NULL, CONSTRAINT find_delivery_pk PRIMARY KEY (once), CONSTRAINT find_delivery_find_id_fk FOREIGN KEY(find_id) REFERENCES find (id) );
-- 473e167
CREATE TABLE import_change ( run_id BIGINT NOT NULL, email_key VARCHAR(320) NOT NULL, subscriber_id BIGINT, first_name TEXT, last_name TEXT, fields JSONB, status VARCHAR(10), consent TEXT, since_at TIMESTAMP WITH TIME ZONE, CONSTRAINT import_change_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_change_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 8c5be11
CREATE TABLE import_change ( run_id BIGINT NOT NULL, email_key VARCHAR(320) NOT NULL, subscriber_id BIGINT, first_name TEXT, last_name TEXT, fields JSONB, status VARCHAR(10), consent TEXT, since_at TIMESTAMP WITH TIME ZONE, made JSONB, CONSTRAINT import_change_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_change_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 596e084 e99dbce b182fd3
CREATE TABLE import_change ( run_id BIGINT NOT NULL, email_key VARCHAR(320) COLLATE "C" NOT NULL, subscriber_id BIGINT, first_name TEXT, last_name TEXT, fields JSONB, status VARCHAR(10), consent TEXT, since_at TIMESTAMP WITH TIME ZONE, made JSONB, CONSTRAINT import_change_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_change_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 473e167
CREATE TABLE import_suppression ( run_id BIGINT NOT NULL, email_key VARCHAR(320) NOT NULL, reason VARCHAR(20) NOT NULL, reason_before VARCHAR(20), CONSTRAINT import_suppression_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_suppression_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 8c5be11
CREATE TABLE import_suppression ( run_id BIGINT NOT NULL, email_key VARCHAR(320) NOT NULL, reason VARCHAR(20) NOT NULL, reason_before VARCHAR(20), since_before TIMESTAMP WITH TIME ZONE, CONSTRAINT import_suppression_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_suppression_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 596e084 e99dbce b182fd3
CREATE TABLE import_suppression ( run_id BIGINT NOT NULL, email_key VARCHAR(320) COLLATE "C" NOT NULL, reason VARCHAR(20) NOT NULL, reason_before VARCHAR(20), since_before TIMESTAMP WITH TIME ZONE, CONSTRAINT import_suppression_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_suppression_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 8c5be11
CREATE TABLE import_tag ( run_id BIGINT NOT NULL, email_key VARCHAR(320) NOT NULL, name VARCHAR(100) NOT NULL, CONSTRAINT import_tag_pk PRIMARY KEY (run_id, email_key, name), CONSTRAINT import_tag_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- 596e084 e99dbce b182fd3
CREATE TABLE import_tag ( run_id BIGINT NOT NULL, email_key VARCHAR(320) COLLATE "C" NOT NULL, name VARCHAR(100) NOT NULL, CONSTRAINT import_tag_pk PRIMARY KEY (run_id, email_key, name), CONSTRAINT import_tag_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) );
-- e913d36
CREATE TABLE mailing ( id BIGSERIAL NOT NULL, issue INTEGER NOT NULL, edition_id BIGINT NOT NULL, list_id BIGINT NOT NULL, status VARCHAR(10) NOT NULL, pause_reason TEXT, failures_in_a_row INTEGER DEFAULT '0' NOT NULL, start_at TIMESTAMP WITH TIME ZONE NOT NULL, planned INTEGER DEFAULT '0' NOT NULL, already_had_it INTEGER DEFAULT '0' NOT NULL, parcel_size INTEGER NOT NULL, planned_to_subscriber BIGINT DEFAULT '0' NOT NULL, audience_ends_at_subscriber BIGINT NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, finished_at TIMESTAMP WITH TIME ZONE, CONSTRAINT mailing_pk PRIMARY KEY (id), CONSTRAINT mailing_status CHECK (status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')), CONSTRAINT mailing_edition_id_fk FOREIGN KEY(edition_id) REFERENCES edition (id), CONSTRAINT mailing_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167
CREATE TABLE mailing ( id BIGSERIAL NOT NULL, issue INTEGER NOT NULL, edition_id BIGINT NOT NULL, list_id BIGINT NOT NULL, status VARCHAR(10) NOT NULL, pause_reason TEXT, failures_in_a_row INTEGER DEFAULT '0' NOT NULL, start_at TIMESTAMP WITH TIME ZONE NOT NULL, planned INTEGER DEFAULT '0' NOT NULL, already_had_it INTEGER DEFAULT '0' NOT NULL, parcel_size INTEGER NOT NULL, segment TEXT DEFAULT '' NOT NULL, canary INTEGER DEFAULT '0' NOT NULL, planned_to_subscriber BIGINT DEFAULT '0' NOT NULL, audience_ends_at_subscriber BIGINT NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, finished_at TIMESTAMP WITH TIME ZONE, CONSTRAINT mailing_pk PRIMARY KEY (id), CONSTRAINT mailing_status CHECK (status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')), CONSTRAINT mailing_edition_id_fk FOREIGN KEY(edition_id) REFERENCES edition (id), CONSTRAINT mailing_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE mailing ( id BIGSERIAL NOT NULL, issue INTEGER NOT NULL, edition_id BIGINT NOT NULL, list_id BIGINT NOT NULL, status VARCHAR(10) NOT NULL, pause_reason TEXT, failures_in_a_row INTEGER DEFAULT '0' NOT NULL, start_at TIMESTAMP WITH TIME ZONE NOT NULL, planned INTEGER DEFAULT '0' NOT NULL, already_had_it INTEGER DEFAULT '0' NOT NULL, parcel_size INTEGER NOT NULL, segment TEXT DEFAULT '' NOT NULL, is_practice BOOLEAN DEFAULT false NOT NULL, canary INTEGER DEFAULT '0' NOT NULL, planned_to_subscriber BIGINT DEFAULT '0' NOT NULL, audience_ends_at_subscriber BIGINT NOT NULL, created_at TIMESTAMP WITH TIME ZONE NOT NULL, finished_at TIMESTAMP WITH TIME ZONE, CONSTRAINT mailing_pk PRIMARY KEY (id), CONSTRAINT mailing_status CHECK (status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')), CONSTRAINT mailing_edition_id_fk FOREIGN KEY(edition_id) REFERENCES edition (id), CONSTRAINT mailing_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE skipped_date ( cadence_id BIGINT NOT NULL, skipped_on DATE NOT NULL, title TEXT NOT NULL, CONSTRAINT skipped_date_pk PRIMARY KEY (cadence_id, skipped_on), CONSTRAINT skipped_date_cadence_id_fk FOREIGN KEY(cadence_id) REFERENCES cadence (id) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE subscription ( list_id BIGINT NOT NULL, subscriber_id BIGINT NOT NULL, status VARCHAR(10) NOT NULL, consent TEXT, since_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT subscription_pk PRIMARY KEY (list_id, subscriber_id), CONSTRAINT subscription_status CHECK (status IN ('pending', 'active', 'ended')), CONSTRAINT subscription_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id), CONSTRAINT subscription_subscriber_id_fk FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE tag ( subscriber_id BIGINT NOT NULL, name VARCHAR(100) NOT NULL, CONSTRAINT tag_pk PRIMARY KEY (subscriber_id, name), CONSTRAINT tag_subscriber_id_fk FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE );
-- 473e167
CREATE TABLE consent_request ( id BIGSERIAL NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, asked VARCHAR(10) NOT NULL, subscriber_id BIGINT, first_name TEXT DEFAULT '' NOT NULL, language VARCHAR(35) DEFAULT '' NOT NULL, wording TEXT DEFAULT '' NOT NULL, ip VARCHAR(45), agent TEXT, requested_at TIMESTAMP WITH TIME ZONE NOT NULL, posted_at TIMESTAMP WITH TIME ZONE, mail VARCHAR(20) DEFAULT '' NOT NULL, confirmed_at TIMESTAMP WITH TIME ZONE, confirmed_ip VARCHAR(45), confirmed_agent TEXT, CONSTRAINT consent_request_pk PRIMARY KEY (id), CONSTRAINT consent_request_asked CHECK (asked IN ('form', 'add', 'import', 'address')) );
-- 8c5be11
CREATE TABLE consent_request ( id BIGSERIAL NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, asked VARCHAR(10) NOT NULL, subscriber_id BIGINT, first_name TEXT DEFAULT '' NOT NULL, language VARCHAR(35) DEFAULT '' NOT NULL, wording TEXT DEFAULT '' NOT NULL, ip VARCHAR(45), agent TEXT, requested_at TIMESTAMP WITH TIME ZONE NOT NULL, taken_until TIMESTAMP WITH TIME ZONE, tries INTEGER DEFAULT '0' NOT NULL, posted_at TIMESTAMP WITH TIME ZONE, mail VARCHAR(20) DEFAULT '' NOT NULL, confirmed_at TIMESTAMP WITH TIME ZONE, confirmed_ip VARCHAR(45), confirmed_agent TEXT, run_id BIGINT, CONSTRAINT consent_request_pk PRIMARY KEY (id), CONSTRAINT consent_request_asked CHECK (asked IN ('form', 'add', 'import', 'address', 'again')), CONSTRAINT consent_request_run_id_fk FOREIGN KEY(run_id) REFERENCES asking_again (id) );
-- 596e084 e99dbce b182fd3
CREATE TABLE consent_request ( id BIGSERIAL NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) COLLATE "C" NOT NULL, asked VARCHAR(10) NOT NULL, subscriber_id BIGINT, first_name TEXT DEFAULT '' NOT NULL, language VARCHAR(35) DEFAULT '' NOT NULL, wording TEXT DEFAULT '' NOT NULL, ip VARCHAR(45), agent TEXT, requested_at TIMESTAMP WITH TIME ZONE NOT NULL, taken_until TIMESTAMP WITH TIME ZONE, tries INTEGER DEFAULT '0' NOT NULL, posted_at TIMESTAMP WITH TIME ZONE, mail VARCHAR(20) DEFAULT '' NOT NULL, confirmed_at TIMESTAMP WITH TIME ZONE, confirmed_ip VARCHAR(45), confirmed_agent TEXT, run_id BIGINT, CONSTRAINT consent_request_pk PRIMARY KEY (id), CONSTRAINT consent_request_asked CHECK (asked IN ('form', 'add', 'import', 'address', 'again')), CONSTRAINT consent_request_run_id_fk FOREIGN KEY(run_id) REFERENCES asking_again (id) );
-- e913d36 473e167 8c5be11 596e084 e99dbce
CREATE TABLE parcel ( id BIGSERIAL NOT NULL, mailing_id BIGINT NOT NULL, number INTEGER NOT NULL, parent_id BIGINT, root_id BIGINT, status VARCHAR(10) NOT NULL, not_before TIMESTAMP WITH TIME ZONE, n_readers INTEGER NOT NULL, refused_calls INTEGER DEFAULT '0' NOT NULL, last_reason TEXT, CONSTRAINT parcel_pk PRIMARY KEY (id), CONSTRAINT parcel_status CHECK (status IN ('ready', 'sending', 'uncertain', 'done', 'split')), CONSTRAINT parcel_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT parcel_parent_id_fk FOREIGN KEY(parent_id) REFERENCES parcel (id), CONSTRAINT parcel_number_unique UNIQUE (mailing_id, number) );
-- b182fd3
CREATE TABLE parcel ( id BIGSERIAL NOT NULL, mailing_id BIGINT NOT NULL, number INTEGER NOT NULL, parent_id BIGINT, root_id BIGINT, status VARCHAR(10) NOT NULL, not_before TIMESTAMP WITH TIME ZONE, n_readers INTEGER NOT NULL, n_accepted INTEGER DEFAULT '0' NOT NULL, n_uncertain INTEGER DEFAULT '0' NOT NULL, n_left INTEGER DEFAULT '0' NOT NULL, n_not_held INTEGER DEFAULT '0' NOT NULL, refused_calls INTEGER DEFAULT '0' NOT NULL, last_reason TEXT, CONSTRAINT parcel_pk PRIMARY KEY (id), CONSTRAINT parcel_status CHECK (status IN ('ready', 'sending', 'uncertain', 'done', 'split')), CONSTRAINT parcel_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT parcel_parent_id_fk FOREIGN KEY(parent_id) REFERENCES parcel (id), CONSTRAINT parcel_number_unique UNIQUE (mailing_id, number) );
-- 473e167
CREATE TABLE slot ( id BIGSERIAL NOT NULL, cadence_id BIGINT NOT NULL, local_time VARCHAR(16) NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, go_at TIMESTAMP WITH TIME ZONE, status VARCHAR(10) NOT NULL, why VARCHAR(20), detail TEXT DEFAULT '' NOT NULL, issue INTEGER, digest VARCHAR(64), mailing_id BIGINT, n_reminders INTEGER DEFAULT '0' NOT NULL, tried_at TIMESTAMP WITH TIME ZONE, began_at TIMESTAMP WITH TIME ZONE, ended_at TIMESTAMP WITH TIME ZONE, CONSTRAINT slot_pk PRIMARY KEY (id), CONSTRAINT slot_status CHECK (status IN ('waiting', 'frozen', 'asking', 'going', 'gone', 'skipped')), CONSTRAINT slot_cadence_id_fk FOREIGN KEY(cadence_id) REFERENCES cadence (id), CONSTRAINT slot_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT slot_once UNIQUE (cadence_id, local_time) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE slot ( id BIGSERIAL NOT NULL, cadence_id BIGINT NOT NULL, local_time VARCHAR(16) NOT NULL, at TIMESTAMP WITH TIME ZONE NOT NULL, go_at TIMESTAMP WITH TIME ZONE, status VARCHAR(10) NOT NULL, why VARCHAR(20), detail TEXT DEFAULT '' NOT NULL, issue INTEGER, digest VARCHAR(64), segment TEXT DEFAULT '' NOT NULL, mailing_id BIGINT, is_practice BOOLEAN DEFAULT false NOT NULL, n_reminders INTEGER DEFAULT '0' NOT NULL, tried_at TIMESTAMP WITH TIME ZONE, began_at TIMESTAMP WITH TIME ZONE, ended_at TIMESTAMP WITH TIME ZONE, CONSTRAINT slot_pk PRIMARY KEY (id), CONSTRAINT slot_status CHECK (status IN ('waiting', 'frozen', 'asking', 'going', 'gone', 'skipped')), CONSTRAINT slot_cadence_id_fk FOREIGN KEY(cadence_id) REFERENCES cadence (id), CONSTRAINT slot_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT slot_once UNIQUE (cadence_id, local_time) );
-- e913d36 473e167
CREATE TABLE attempt ( id BIGSERIAL NOT NULL, token VARCHAR(40) NOT NULL, parcel_id BIGINT NOT NULL, sender VARCHAR(40) NOT NULL, provider VARCHAR(20) NOT NULL, started_at TIMESTAMP WITH TIME ZONE NOT NULL, deadline_at TIMESTAMP WITH TIME ZONE NOT NULL, outcome VARCHAR(10), reason TEXT, reference TEXT, ended_at TIMESTAMP WITH TIME ZONE, CONSTRAINT attempt_pk PRIMARY KEY (id), CONSTRAINT attempt_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id), CONSTRAINT attempt_token_unique UNIQUE (token) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE attempt ( id BIGSERIAL NOT NULL, token VARCHAR(40) NOT NULL, parcel_id BIGINT NOT NULL, sender VARCHAR(40) NOT NULL, provider VARCHAR(20) NOT NULL, started_at TIMESTAMP WITH TIME ZONE NOT NULL, deadline_at TIMESTAMP WITH TIME ZONE NOT NULL, outcome VARCHAR(10), reason TEXT, reference TEXT, ended_at TIMESTAMP WITH TIME ZONE, looks INTEGER DEFAULT '0' NOT NULL, look_after TIMESTAMP WITH TIME ZONE, CONSTRAINT attempt_pk PRIMARY KEY (id), CONSTRAINT attempt_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id), CONSTRAINT attempt_token_unique UNIQUE (token) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE consent_request_list ( request_id BIGINT NOT NULL, list_id BIGINT NOT NULL, CONSTRAINT consent_request_list_pk PRIMARY KEY (request_id, list_id), CONSTRAINT consent_request_list_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id), CONSTRAINT consent_request_list_request_id_fk FOREIGN KEY(request_id) REFERENCES consent_request (id) );
-- e913d36
CREATE TABLE delivery ( id BIGSERIAL NOT NULL, issue INTEGER NOT NULL, subscriber_id BIGINT NOT NULL, parcel_id BIGINT NOT NULL, handover VARCHAR(10) NOT NULL, reason TEXT, fate VARCHAR(10) DEFAULT 'none' NOT NULL, CONSTRAINT delivery_pk PRIMARY KEY (id), CONSTRAINT delivery_fate CHECK (fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')), CONSTRAINT delivery_handover CHECK (handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')), CONSTRAINT delivery_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id) );
-- 473e167
CREATE TABLE delivery ( id BIGSERIAL NOT NULL, issue INTEGER NOT NULL, subscriber_id BIGINT NOT NULL, parcel_id BIGINT NOT NULL, handover VARCHAR(10) NOT NULL, reason TEXT, accepted_by BIGINT, doubled BOOLEAN DEFAULT false NOT NULL, fate VARCHAR(10) DEFAULT 'none' NOT NULL, CONSTRAINT delivery_pk PRIMARY KEY (id), CONSTRAINT delivery_fate CHECK (fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')), CONSTRAINT delivery_handover CHECK (handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')), CONSTRAINT delivery_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE delivery ( id BIGSERIAL NOT NULL, issue INTEGER NOT NULL, subscriber_id BIGINT NOT NULL, is_practice BOOLEAN DEFAULT false NOT NULL, parcel_id BIGINT NOT NULL, handover VARCHAR(10) NOT NULL, reason TEXT, accepted_by BIGINT, doubled BOOLEAN DEFAULT false NOT NULL, fate VARCHAR(10) DEFAULT 'none' NOT NULL, CONSTRAINT delivery_pk PRIMARY KEY (id), CONSTRAINT delivery_fate CHECK (fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')), CONSTRAINT delivery_handover CHECK (handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')), CONSTRAINT delivery_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE proved ( attempt_id BIGINT NOT NULL, proved_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT proved_pk PRIMARY KEY (attempt_id), CONSTRAINT proved_attempt_id_fk FOREIGN KEY(attempt_id) REFERENCES attempt (id) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX carried_delivery ON carried (delivery_id);
-- e913d36 473e167
CREATE UNIQUE INDEX mailing_unfinished ON mailing (issue, list_id) WHERE status NOT IN ('finished', 'cancelled');
-- e913d36 473e167 8c5be11
CREATE INDEX subscription_subscriber ON subscription (subscriber_id);
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX parcel_queue ON parcel (mailing_id, status, id);
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX attempt_of_parcel ON attempt (parcel_id);
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX attempt_open ON attempt (deadline_at) WHERE outcome IS NULL;
-- e913d36
CREATE INDEX delivery_of_parcel ON delivery (parcel_id, handover);
-- e913d36 473e167
CREATE UNIQUE INDEX delivery_once ON delivery (issue, subscriber_id) WHERE handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left');
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX consent_request_of_address ON consent_request (email_key, requested_at);
-- 473e167
CREATE INDEX consent_request_unposted ON consent_request (id) WHERE posted_at IS NULL;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX event_of_delivery ON event (delivery_id, weight);
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX event_of_issue ON event (issue, kind);
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX notice_waiting ON notice (id) WHERE handed_over_at IS NULL;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX departure_of_subscriber ON departure (subscriber_id, list_id, id);
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX tag_name ON tag (name, subscriber_id);
-- 473e167
CREATE UNIQUE INDEX slot_issue ON slot (cadence_id, issue) WHERE status IN ('frozen', 'asking', 'going', 'gone');
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX attempt_reference ON attempt (reference) WHERE reference IS NOT NULL;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX delivery_came_back ON delivery (issue, fate) WHERE fate IN ('bounced', 'complained');
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX delivery_doubled ON delivery (issue) WHERE doubled;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX delivery_of_parcel ON delivery (parcel_id);
-- 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX failed_entry_who ON failed_entry (who, at);
-- 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX find_status ON find (status, id);
-- 8c5be11 596e084 e99dbce b182fd3
CREATE UNIQUE INDEX mailing_unfinished ON mailing (issue, list_id, is_practice) WHERE status NOT IN ('finished', 'cancelled');
-- 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX consent_request_of_run ON consent_request (run_id) WHERE run_id IS NOT NULL;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX consent_request_unanswered ON consent_request (asked, requested_at) WHERE confirmed_at IS NULL;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE INDEX consent_request_unposted ON consent_request (asked, id) WHERE posted_at IS NULL;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE UNIQUE INDEX slot_issue ON slot (cadence_id, issue, is_practice) WHERE status IN ('frozen', 'asking', 'going', 'gone');
-- 8c5be11 596e084 e99dbce b182fd3
CREATE UNIQUE INDEX delivery_once ON delivery (issue, subscriber_id, is_practice) WHERE handover IN ('pending', 'sending', 'uncertain', 'accepted', 'left');
-- 596e084 e99dbce b182fd3
CREATE INDEX suppression_since ON suppression (since_at, email_key);
-- 596e084 e99dbce b182fd3
CREATE INDEX subscription_standing ON subscription (list_id, status, subscriber_id);
-- 596e084 e99dbce b182fd3
CREATE INDEX subscription_subscriber ON subscription (subscriber_id, status);
-- 596e084 e99dbce b182fd3
CREATE INDEX consent_request_of_subscriber ON consent_request (subscriber_id) WHERE subscriber_id IS NOT NULL;
-- 596e084 e99dbce b182fd3
CREATE INDEX delivery_not_held ON delivery (subscriber_id) WHERE handover IN ('refused', 'skipped');
-- 596e084 e99dbce b182fd3
CREATE INDEX subscriber_last_name ON subscriber ((lower(last_name) COLLATE "C"), id) WHERE last_name <> '';
-- 596e084 e99dbce b182fd3
CREATE INDEX subscriber_whole_name ON subscriber ((lower(first_name || ' ' || last_name) COLLATE "C"), id) WHERE first_name <> '';
-- b182fd3
CREATE INDEX parcel_tally ON parcel (mailing_id, status, n_readers, n_accepted, n_uncertain, n_left, n_not_held);
-- b182fd3
CREATE INDEX delivery_not_held_why ON delivery (issue, is_practice, handover, reason) WHERE handover IN ('refused', 'skipped');
