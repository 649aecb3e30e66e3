-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE alarm ( issue INTEGER NOT NULL, kind VARCHAR(12) NOT NULL, message TEXT NOT NULL, pauses BOOLEAN NOT NULL, raised_at DATETIME NOT NULL, CONSTRAINT alarm_pk PRIMARY KEY (issue, kind), CONSTRAINT alarm_kind CHECK (kind IN ('complaints', 'bounces', 'unconfirmed', 'doubled')) ) WITHOUT ROWID;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE allowance ( bucket VARCHAR(64) NOT NULL, span BIGINT NOT NULL, used INTEGER NOT NULL, CONSTRAINT allowance_pk PRIMARY KEY (bucket, span) ) WITHOUT ROWID;
-- 473e167
CREATE TABLE approval ( issue INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, approved_by TEXT NOT NULL, approved_at DATETIME NOT NULL, is_next BOOLEAN NOT NULL, CONSTRAINT approval_pk PRIMARY KEY (issue) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE approval ( issue INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, approved_by TEXT NOT NULL, approved_at DATETIME NOT NULL, is_next BOOLEAN NOT NULL, segment TEXT DEFAULT '' NOT NULL, CONSTRAINT approval_pk PRIMARY KEY (issue) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE asked_in_vain ( hash VARCHAR(64) NOT NULL, mails INTEGER NOT NULL, CONSTRAINT asked_in_vain_pk PRIMARY KEY (hash) ) WITHOUT ROWID;
-- 473e167
CREATE TABLE breaker ( name VARCHAR(20) NOT NULL, opened_at DATETIME NOT NULL, closes_at DATETIME NOT NULL, reason TEXT NOT NULL, told BOOLEAN DEFAULT false NOT NULL, CONSTRAINT breaker_pk PRIMARY KEY (name) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE breaker ( name VARCHAR(20) NOT NULL, opened_at DATETIME NOT NULL, closes_at DATETIME NOT NULL, reason TEXT NOT NULL, CONSTRAINT breaker_pk PRIMARY KEY (name) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE cadence ( id INTEGER NOT NULL, list_name VARCHAR(100) NOT NULL, rule TEXT NOT NULL, freeze_before_minutes INTEGER NOT NULL, late_minutes INTEGER NOT NULL, min_posts INTEGER NOT NULL, needs_approval BOOLEAN NOT NULL, drafts BOOLEAN NOT NULL, tell JSON NOT NULL, heartbeat_url TEXT, since_at DATETIME NOT NULL, held_at DATETIME, CONSTRAINT cadence_pk PRIMARY KEY (id), CONSTRAINT cadence_list_name_unique UNIQUE (list_name) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE carried ( attempt_id INTEGER NOT NULL, delivery_id INTEGER NOT NULL, CONSTRAINT carried_pk PRIMARY KEY (attempt_id, delivery_id) ) WITHOUT ROWID;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE collect_key ( name VARCHAR(100) NOT NULL, digest VARCHAR(64) NOT NULL, created_at DATETIME NOT NULL, used_at DATETIME, CONSTRAINT collect_key_pk PRIMARY KEY (name), CONSTRAINT collect_key_digest_unique UNIQUE (digest) ) WITHOUT ROWID;
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE edition ( id INTEGER NOT NULL, digest VARCHAR(64) NOT NULL, issue INTEGER NOT NULL, document TEXT NOT NULL, frozen_at DATETIME NOT NULL, CONSTRAINT edition_pk PRIMARY KEY (id), CONSTRAINT edition_digest_unique UNIQUE (digest) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE engagement ( subscriber_id INTEGER NOT NULL, opened BIGINT NOT NULL, clicked BIGINT NOT NULL, CONSTRAINT engagement_pk PRIMARY KEY (subscriber_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE engagement_mark ( id INTEGER NOT NULL, event_id BIGINT NOT NULL, CONSTRAINT engagement_mark_pk PRIMARY KEY (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE erasure ( hash VARCHAR(64) NOT NULL, erased_at DATETIME NOT NULL, request_of VARCHAR(10) NOT NULL, returned_at DATETIME, CONSTRAINT erasure_pk PRIMARY KEY (hash) ) WITHOUT ROWID;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE event ( id INTEGER NOT NULL, provider VARCHAR(20) NOT NULL, event_id VARCHAR(100) NOT NULL, kind VARCHAR(12) NOT NULL, weight SMALLINT NOT NULL, by_machine BOOLEAN DEFAULT false NOT NULL, happened_at DATETIME NOT NULL, received_at DATETIME NOT NULL, issue INTEGER, attempt_id INTEGER, delivery_id INTEGER, reason TEXT, url TEXT, told_attempt VARCHAR(100), email VARCHAR(320), raw TEXT, CONSTRAINT event_pk PRIMARY KEY (id), CONSTRAINT event_kind CHECK (kind IN ('processed', 'deferred', 'delivered', 'dropped', 'bounced', 'complained', 'opened', 'clicked', 'unsubscribed', 'unknown')), CONSTRAINT event_once UNIQUE (provider, event_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE event_pull ( provider VARCHAR(20) NOT NULL, until_at DATETIME NOT NULL, CONSTRAINT event_pull_pk PRIMARY KEY (provider) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE failed_entry ( id INTEGER NOT NULL, who VARCHAR(32) NOT NULL, at DATETIME NOT NULL, CONSTRAINT failed_entry_pk PRIMARY KEY (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE feed_state ( "key" VARCHAR(64) NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, answered_at DATETIME, next_at DATETIME NOT NULL, failures INTEGER NOT NULL, problem TEXT NOT NULL, CONSTRAINT feed_state_pk PRIMARY KEY ("key") ) WITHOUT ROWID;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE find ( id INTEGER NOT NULL, "key" VARCHAR(64) NOT NULL, url TEXT, origin VARCHAR(10) NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, site TEXT NOT NULL, author TEXT NOT NULL, summary TEXT NOT NULL, published_at DATETIME, found_at DATETIME NOT NULL, note TEXT NOT NULL, quote TEXT NOT NULL, choices JSON NOT NULL, status VARCHAR(10) NOT NULL, decided_at DATETIME, looked_at DATETIME, post TEXT, post_digest VARCHAR(64), CONSTRAINT find_pk PRIMARY KEY (id), CONSTRAINT find_origin CHECK (origin IN ('person', 'key', 'mail', 'feed')), CONSTRAINT find_status CHECK (status IN ('waiting', 'kept', 'dismissed', 'old')), CONSTRAINT find_key_unique UNIQUE ("key") );
-- 473e167
CREATE TABLE import_run ( id INTEGER NOT NULL, list_name VARCHAR(100) NOT NULL, files TEXT NOT NULL, started_at DATETIME NOT NULL, undone_at DATETIME, CONSTRAINT import_run_pk PRIMARY KEY (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE import_run ( id INTEGER NOT NULL, list_name VARCHAR(100) NOT NULL, files TEXT NOT NULL, made_list BOOLEAN DEFAULT false NOT NULL, started_at DATETIME NOT NULL, finished_at DATETIME, undone_at DATETIME, CONSTRAINT import_run_pk PRIMARY KEY (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE issue_place ( issue INTEGER NOT NULL, place INTEGER NOT NULL, CONSTRAINT issue_place_pk PRIMARY KEY (issue) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE last_tick ( id INTEGER NOT NULL, ticked_at DATETIME NOT NULL, CONSTRAINT last_tick_pk PRIMARY KEY (id), CONSTRAINT last_tick_one CHECK (id = 1) );
-- e99dbce b182fd3
CREATE TABLE late_departure ( delivery_id INTEGER NOT NULL, left_at DATETIME NOT NULL, CONSTRAINT late_departure_pk PRIMARY KEY (delivery_id) ) WITHOUT ROWID;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE live_database ( id INTEGER NOT NULL, name VARCHAR(40) NOT NULL, place TEXT NOT NULL, since_at DATETIME NOT NULL, CONSTRAINT live_database_pk PRIMARY KEY (id), CONSTRAINT live_database_one CHECK (id = 1) );
-- e913d36
CREATE TABLE mailing_list ( id INTEGER NOT NULL, name VARCHAR(100) NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT mailing_list_pk PRIMARY KEY (id), CONSTRAINT mailing_list_name_unique UNIQUE (name) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE mailing_list ( id INTEGER NOT NULL, name VARCHAR(100) NOT NULL, title TEXT DEFAULT '' NOT NULL, is_open BOOLEAN DEFAULT false NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT mailing_list_pk PRIMARY KEY (id), CONSTRAINT mailing_list_name_unique UNIQUE (name) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE notice ( id INTEGER NOT NULL, about VARCHAR(40) NOT NULL, kind VARCHAR(20) NOT NULL, tell JSON NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, made_at DATETIME NOT NULL, tried_at DATETIME, handed_over_at DATETIME, CONSTRAINT notice_pk PRIMARY KEY (id), CONSTRAINT notice_once UNIQUE (about, kind) );
-- e913d36 473e167
CREATE TABLE provider_state ( provider VARCHAR(20) NOT NULL, not_before DATETIME, CONSTRAINT provider_state_pk PRIMARY KEY (provider) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE provider_state ( provider VARCHAR(20) NOT NULL, not_before DATETIME, next_turn_at DATETIME, warm_until DATETIME, CONSTRAINT provider_state_pk PRIMARY KEY (provider) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE rest ( subscriber_id INTEGER NOT NULL, until_at DATETIME NOT NULL, CONSTRAINT rest_pk PRIMARY KEY (subscriber_id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE segment ( name VARCHAR(100) NOT NULL, question TEXT NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT segment_pk PRIMARY KEY (name) ) WITHOUT ROWID;
-- e913d36 473e167
CREATE TABLE subscriber ( id INTEGER NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, first_name TEXT DEFAULT '' NOT NULL, last_name TEXT DEFAULT '' NOT NULL, fields JSON NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, CONSTRAINT subscriber_pk PRIMARY KEY (id), CONSTRAINT subscriber_email_key_unique UNIQUE (email_key) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE subscriber ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, first_name TEXT DEFAULT '' NOT NULL, last_name TEXT DEFAULT '' NOT NULL, fields JSON NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, CONSTRAINT subscriber_email_key_unique UNIQUE (email_key) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE suppression ( email_key VARCHAR(320) NOT NULL, reason VARCHAR(20) NOT NULL, since_at DATETIME NOT NULL, CONSTRAINT suppression_pk PRIMARY KEY (email_key), CONSTRAINT suppression_reason CHECK (reason IN ('hard_bounce', 'complaint', 'unsubscribe', 'invalid', 'manual')) ) WITHOUT ROWID;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE user_account ( id INTEGER NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, name TEXT NOT NULL, role VARCHAR(10) NOT NULL, password_hash TEXT, epoch INTEGER DEFAULT '1' NOT NULL, totp_secret VARCHAR(64), totp_step BIGINT DEFAULT '0' NOT NULL, created_at DATETIME NOT NULL, CONSTRAINT user_account_pk PRIMARY KEY (id), CONSTRAINT user_account_role CHECK (role IN ('viewer', 'author', 'editor', 'owner')), CONSTRAINT user_account_email_key_unique UNIQUE (email_key) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE warm_up_day ( provider VARCHAR(20) NOT NULL, number INTEGER NOT NULL, began_at DATETIME NOT NULL, n_readers INTEGER NOT NULL, CONSTRAINT warm_up_day_pk PRIMARY KEY (provider, number) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE asking_again ( id INTEGER NOT NULL, list_id INTEGER NOT NULL, segment TEXT NOT NULL, days INTEGER NOT NULL, asked_at DATETIME NOT NULL, closed_at DATETIME, undone_at DATETIME, CONSTRAINT asking_again_pk PRIMARY KEY (id), CONSTRAINT asking_again_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE bounced_off ( subscriber_id INTEGER NOT NULL, list_id INTEGER NOT NULL, ended_at DATETIME, forgiven_delivery INTEGER DEFAULT '0' NOT NULL, CONSTRAINT bounced_off_pk PRIMARY KEY (subscriber_id, list_id), CONSTRAINT bounced_off_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) ) WITHOUT ROWID;
-- 473e167
CREATE TABLE departure ( id INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, list_id INTEGER NOT NULL, issue INTEGER NOT NULL, how VARCHAR(12) NOT NULL, reason TEXT DEFAULT '' NOT NULL, left_at DATETIME NOT NULL, undone_at DATETIME, CONSTRAINT departure_pk PRIMARY KEY (id), CONSTRAINT departure_how CHECK (how IN ('one_click', 'page', 'preferences')), CONSTRAINT departure_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE departure ( id INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, list_id INTEGER NOT NULL, issue INTEGER NOT NULL, how VARCHAR(12) NOT NULL, reason TEXT DEFAULT '' NOT NULL, left_at DATETIME NOT NULL, undone_at DATETIME, CONSTRAINT departure_pk PRIMARY KEY (id), CONSTRAINT departure_how CHECK (how IN ('one_click', 'page', 'preferences', 'silence')), CONSTRAINT departure_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE find_delivery ( once VARCHAR(64) NOT NULL, find_id INTEGER NOT NULL, CONSTRAINT find_delivery_pk PRIMARY KEY (once), CONSTRAINT find_delivery_find_id_fk FOREIGN KEY(find_id) REFERENCES find (id) ) WITHOUT ROWID;
-- 473e167
CREATE TABLE import_change ( run_id INTEGER NOT NULL, email_key VARCHAR(320) NOT NULL, subscriber_id INTEGER, first_name TEXT, last_name TEXT, fields JSON, status VARCHAR(10), consent TEXT, since_at DATETIME, CONSTRAINT import_change_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_change_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) ) WITHOUT ROWID;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE import_change ( run_id INTEGER NOT NULL, email_key VARCHAR(320) NOT NULL, subscriber_id INTEGER, first_name TEXT, last_name TEXT, fields JSON, status VARCHAR(10), consent TEXT, since_at DATETIME, made JSON, CONSTRAINT import_change_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_change_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) ) WITHOUT ROWID;
-- 473e167
CREATE TABLE import_suppression ( run_id INTEGER NOT NULL, email_key VARCHAR(320) NOT NULL, reason VARCHAR(20) NOT NULL, reason_before VARCHAR(20), CONSTRAINT import_suppression_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_suppression_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) ) WITHOUT ROWID;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE import_suppression ( run_id INTEGER NOT NULL, email_key VARCHAR(320) NOT NULL, reason VARCHAR(20) NOT NULL, reason_before VARCHAR(20), since_before DATETIME, CONSTRAINT import_suppression_pk PRIMARY KEY (run_id, email_key), CONSTRAINT import_suppression_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) ) WITHOUT ROWID;
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE import_tag ( run_id INTEGER NOT NULL, email_key VARCHAR(320) NOT NULL, name VARCHAR(100) NOT NULL, CONSTRAINT import_tag_pk PRIMARY KEY (run_id, email_key, name), CONSTRAINT import_tag_run_id_fk FOREIGN KEY(run_id) REFERENCES import_run (id) ) WITHOUT ROWID;
-- e913d36
CREATE TABLE mailing ( id INTEGER NOT NULL, issue INTEGER NOT NULL, edition_id INTEGER NOT NULL, list_id INTEGER NOT NULL, status VARCHAR(10) NOT NULL, pause_reason TEXT, failures_in_a_row INTEGER DEFAULT '0' NOT NULL, start_at DATETIME NOT NULL, planned INTEGER DEFAULT '0' NOT NULL, already_had_it INTEGER DEFAULT '0' NOT NULL, parcel_size INTEGER NOT NULL, planned_to_subscriber INTEGER DEFAULT '0' NOT NULL, audience_ends_at_subscriber INTEGER NOT NULL, created_at DATETIME NOT NULL, finished_at DATETIME, CONSTRAINT mailing_pk PRIMARY KEY (id), CONSTRAINT mailing_status CHECK (status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')), CONSTRAINT mailing_edition_id_fk FOREIGN KEY(edition_id) REFERENCES edition (id), CONSTRAINT mailing_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167
CREATE TABLE mailing ( id INTEGER NOT NULL, issue INTEGER NOT NULL, edition_id INTEGER NOT NULL, list_id INTEGER NOT NULL, status VARCHAR(10) NOT NULL, pause_reason TEXT, failures_in_a_row INTEGER DEFAULT '0' NOT NULL, start_at DATETIME NOT NULL, planned INTEGER DEFAULT '0' NOT NULL, already_had_it INTEGER DEFAULT '0' NOT NULL, parcel_size INTEGER NOT NULL, segment TEXT DEFAULT '' NOT NULL, canary INTEGER DEFAULT '0' NOT NULL, planned_to_subscriber INTEGER DEFAULT '0' NOT NULL, audience_ends_at_subscriber INTEGER NOT NULL, created_at DATETIME NOT NULL, finished_at DATETIME, CONSTRAINT mailing_pk PRIMARY KEY (id), CONSTRAINT mailing_status CHECK (status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')), CONSTRAINT mailing_edition_id_fk FOREIGN KEY(edition_id) REFERENCES edition (id), CONSTRAINT mailing_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE mailing ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, issue INTEGER NOT NULL, edition_id INTEGER NOT NULL, list_id INTEGER NOT NULL, status VARCHAR(10) NOT NULL, pause_reason TEXT, failures_in_a_row INTEGER DEFAULT '0' NOT NULL, start_at DATETIME NOT NULL, planned INTEGER DEFAULT '0' NOT NULL, already_had_it INTEGER DEFAULT '0' NOT NULL, parcel_size INTEGER NOT NULL, segment TEXT DEFAULT '' NOT NULL, is_practice BOOLEAN DEFAULT false NOT NULL, canary INTEGER DEFAULT '0' NOT NULL, planned_to_subscriber INTEGER DEFAULT '0' NOT NULL, audience_ends_at_subscriber INTEGER NOT NULL, created_at DATETIME NOT NULL, finished_at DATETIME, CONSTRAINT mailing_status CHECK (status IN ('planning', 'scheduled', 'sending', 'paused', 'cancelled', 'finished')), CONSTRAINT mailing_edition_id_fk FOREIGN KEY(edition_id) REFERENCES edition (id), CONSTRAINT mailing_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE skipped_date ( cadence_id INTEGER NOT NULL, skipped_on DATE NOT NULL, title TEXT NOT NULL, CONSTRAINT skipped_date_pk PRIMARY KEY (cadence_id, skipped_on), CONSTRAINT skipped_date_cadence_id_fk FOREIGN KEY(cadence_id) REFERENCES cadence (id) );
-- e913d36 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE subscription ( list_id INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, status VARCHAR(10) NOT NULL, consent TEXT, since_at DATETIME NOT NULL, CONSTRAINT subscription_pk PRIMARY KEY (list_id, subscriber_id), CONSTRAINT subscription_status CHECK (status IN ('pending', 'active', 'ended')), CONSTRAINT subscription_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id), CONSTRAINT subscription_subscriber_id_fk FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ) WITHOUT ROWID;
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE tag ( subscriber_id INTEGER NOT NULL, name VARCHAR(100) NOT NULL, CONSTRAINT tag_pk PRIMARY KEY (subscriber_id, name), CONSTRAINT tag_subscriber_id_fk FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE ) WITHOUT ROWID;
-- 473e167
CREATE TABLE consent_request ( id INTEGER NOT NULL, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, asked VARCHAR(10) NOT NULL, subscriber_id INTEGER, first_name TEXT DEFAULT '' NOT NULL, language VARCHAR(35) DEFAULT '' NOT NULL, wording TEXT DEFAULT '' NOT NULL, ip VARCHAR(45), agent TEXT, requested_at DATETIME NOT NULL, posted_at DATETIME, mail VARCHAR(20) DEFAULT '' NOT NULL, confirmed_at DATETIME, confirmed_ip VARCHAR(45), confirmed_agent TEXT, CONSTRAINT consent_request_pk PRIMARY KEY (id), CONSTRAINT consent_request_asked CHECK (asked IN ('form', 'add', 'import', 'address')) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE consent_request ( id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, email VARCHAR(320) NOT NULL, email_key VARCHAR(320) NOT NULL, asked VARCHAR(10) NOT NULL, subscriber_id INTEGER, first_name TEXT DEFAULT '' NOT NULL, language VARCHAR(35) DEFAULT '' NOT NULL, wording TEXT DEFAULT '' NOT NULL, ip VARCHAR(45), agent TEXT, requested_at DATETIME NOT NULL, taken_until DATETIME, tries INTEGER DEFAULT '0' NOT NULL, posted_at DATETIME, mail VARCHAR(20) DEFAULT '' NOT NULL, confirmed_at DATETIME, confirmed_ip VARCHAR(45), confirmed_agent TEXT, run_id INTEGER, CONSTRAINT consent_request_asked CHECK (asked IN ('form', 'add', 'import', 'address', 'again')), CONSTRAINT consent_request_run_id_fk FOREIGN KEY(run_id) REFERENCES asking_again (id) );
-- e913d36 473e167 8c5be11 596e084 e99dbce
CREATE TABLE parcel ( id INTEGER NOT NULL, mailing_id INTEGER NOT NULL, number INTEGER NOT NULL, parent_id INTEGER, root_id INTEGER, status VARCHAR(10) NOT NULL, not_before DATETIME, n_readers INTEGER NOT NULL, refused_calls INTEGER DEFAULT '0' NOT NULL, last_reason TEXT, CONSTRAINT parcel_pk PRIMARY KEY (id), CONSTRAINT parcel_status CHECK (status IN ('ready', 'sending', 'uncertain', 'done', 'split')), CONSTRAINT parcel_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT parcel_parent_id_fk FOREIGN KEY(parent_id) REFERENCES parcel (id), CONSTRAINT parcel_number_unique UNIQUE (mailing_id, number) );
-- b182fd3
CREATE TABLE parcel ( id INTEGER NOT NULL, mailing_id INTEGER NOT NULL, number INTEGER NOT NULL, parent_id INTEGER, root_id INTEGER, status VARCHAR(10) NOT NULL, not_before DATETIME, n_readers INTEGER NOT NULL, n_accepted INTEGER DEFAULT '0' NOT NULL, n_uncertain INTEGER DEFAULT '0' NOT NULL, n_left INTEGER DEFAULT '0' NOT NULL, n_not_held INTEGER DEFAULT '0' NOT NULL, refused_calls INTEGER DEFAULT '0' NOT NULL, last_reason TEXT, CONSTRAINT parcel_pk PRIMARY KEY (id), CONSTRAINT parcel_status CHECK (status IN ('ready', 'sending', 'uncertain', 'done', 'split')), CONSTRAINT parcel_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT parcel_parent_id_fk FOREIGN KEY(parent_id) REFERENCES parcel (id), CONSTRAINT parcel_number_unique UNIQUE (mailing_id, number) );
-- 473e167
CREATE TABLE slot ( id INTEGER NOT NULL, cadence_id INTEGER NOT NULL, local_time VARCHAR(16) NOT NULL, at DATETIME NOT NULL, go_at DATETIME, status VARCHAR(10) NOT NULL, why VARCHAR(20), detail TEXT DEFAULT '' NOT NULL, issue INTEGER, digest VARCHAR(64), mailing_id INTEGER, n_reminders INTEGER DEFAULT '0' NOT NULL, tried_at DATETIME, began_at DATETIME, ended_at DATETIME, CONSTRAINT slot_pk PRIMARY KEY (id), CONSTRAINT slot_status CHECK (status IN ('waiting', 'frozen', 'asking', 'going', 'gone', 'skipped')), CONSTRAINT slot_cadence_id_fk FOREIGN KEY(cadence_id) REFERENCES cadence (id), CONSTRAINT slot_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT slot_once UNIQUE (cadence_id, local_time) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE slot ( id INTEGER NOT NULL, cadence_id INTEGER NOT NULL, local_time VARCHAR(16) NOT NULL, at DATETIME NOT NULL, go_at DATETIME, status VARCHAR(10) NOT NULL, why VARCHAR(20), detail TEXT DEFAULT '' NOT NULL, issue INTEGER, digest VARCHAR(64), segment TEXT DEFAULT '' NOT NULL, mailing_id INTEGER, is_practice BOOLEAN DEFAULT false NOT NULL, n_reminders INTEGER DEFAULT '0' NOT NULL, tried_at DATETIME, began_at DATETIME, ended_at DATETIME, CONSTRAINT slot_pk PRIMARY KEY (id), CONSTRAINT slot_status CHECK (status IN ('waiting', 'frozen', 'asking', 'going', 'gone', 'skipped')), CONSTRAINT slot_cadence_id_fk FOREIGN KEY(cadence_id) REFERENCES cadence (id), CONSTRAINT slot_mailing_id_fk FOREIGN KEY(mailing_id) REFERENCES mailing (id), CONSTRAINT slot_once UNIQUE (cadence_id, local_time) );
-- e913d36 473e167
CREATE TABLE attempt ( id INTEGER NOT NULL, token VARCHAR(40) NOT NULL, parcel_id INTEGER NOT NULL, sender VARCHAR(40) NOT NULL, provider VARCHAR(20) NOT NULL, started_at DATETIME NOT NULL, deadline_at DATETIME NOT NULL, outcome VARCHAR(10), reason TEXT, reference TEXT, ended_at DATETIME, CONSTRAINT attempt_pk PRIMARY KEY (id), CONSTRAINT attempt_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id), CONSTRAINT attempt_token_unique UNIQUE (token) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE attempt ( id INTEGER NOT NULL, token VARCHAR(40) NOT NULL, parcel_id INTEGER NOT NULL, sender VARCHAR(40) NOT NULL, provider VARCHAR(20) NOT NULL, started_at DATETIME NOT NULL, deadline_at DATETIME NOT NULL, outcome VARCHAR(10), reason TEXT, reference TEXT, ended_at DATETIME, looks INTEGER DEFAULT '0' NOT NULL, look_after DATETIME, CONSTRAINT attempt_pk PRIMARY KEY (id), CONSTRAINT attempt_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id), CONSTRAINT attempt_token_unique UNIQUE (token) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE consent_request_list ( request_id INTEGER NOT NULL, list_id INTEGER NOT NULL, CONSTRAINT consent_request_list_pk PRIMARY KEY (request_id, list_id), CONSTRAINT consent_request_list_list_id_fk FOREIGN KEY(list_id) REFERENCES mailing_list (id), CONSTRAINT consent_request_list_request_id_fk FOREIGN KEY(request_id) REFERENCES consent_request (id) ) WITHOUT ROWID;
-- e913d36
CREATE TABLE delivery ( id INTEGER NOT NULL, issue INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, parcel_id INTEGER NOT NULL, handover VARCHAR(10) NOT NULL, reason TEXT, fate VARCHAR(10) DEFAULT 'none' NOT NULL, CONSTRAINT delivery_pk PRIMARY KEY (id), CONSTRAINT delivery_fate CHECK (fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')), CONSTRAINT delivery_handover CHECK (handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')), CONSTRAINT delivery_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id) );
-- 473e167
CREATE TABLE delivery ( id INTEGER NOT NULL, issue INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, parcel_id INTEGER NOT NULL, handover VARCHAR(10) NOT NULL, reason TEXT, accepted_by INTEGER, doubled BOOLEAN DEFAULT false NOT NULL, fate VARCHAR(10) DEFAULT 'none' NOT NULL, CONSTRAINT delivery_pk PRIMARY KEY (id), CONSTRAINT delivery_fate CHECK (fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')), CONSTRAINT delivery_handover CHECK (handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')), CONSTRAINT delivery_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id) );
-- 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE delivery ( id INTEGER NOT NULL, issue INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, is_practice BOOLEAN DEFAULT false NOT NULL, parcel_id INTEGER NOT NULL, handover VARCHAR(10) NOT NULL, reason TEXT, accepted_by INTEGER, doubled BOOLEAN DEFAULT false NOT NULL, fate VARCHAR(10) DEFAULT 'none' NOT NULL, CONSTRAINT delivery_pk PRIMARY KEY (id), CONSTRAINT delivery_fate CHECK (fate IN ('none', 'deferred', 'delivered', 'dropped', 'bounced', 'complained')), CONSTRAINT delivery_handover CHECK (handover IN ('pending', 'sending', 'uncertain', 'accepted', 'refused', 'skipped', 'left')), CONSTRAINT delivery_parcel_id_fk FOREIGN KEY(parcel_id) REFERENCES parcel (id) );
-- 473e167 8c5be11 596e084 e99dbce b182fd3
CREATE TABLE proved ( attempt_id INTEGER NOT NULL, proved_at DATETIME NOT NULL, CONSTRAINT proved_pk PRIMARY KEY (attempt_id), CONSTRAINT proved_attempt_id_fk FOREIGN KEY(attempt_id) REFERENCES attempt (id) ) WITHOUT ROWID;
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
CREATE INDEX subscriber_last_name ON subscriber (lower(last_name), id) WHERE last_name <> '';
-- 596e084 e99dbce b182fd3
CREATE INDEX subscriber_whole_name ON subscriber (lower(first_name || ' ' || last_name), id) WHERE first_name <> '';
-- b182fd3
CREATE INDEX parcel_tally ON parcel (mailing_id, status, n_readers, n_accepted, n_uncertain, n_left, n_not_held);
-- b182fd3
CREATE INDEX delivery_not_held_why ON delivery (issue, is_practice, handover, reason) WHERE handover IN ('refused', 'skipped');
