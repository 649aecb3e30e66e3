"""Made-up rows of people who left and people who stay, under the column names of 25 systems and ten languages."""

from __future__ import annotations

# header | the cells of gone@example.com behind the address | those of ana@example.com. The address is the first column.
_ROWS = """
Permission status|Opted out|Express
Email status|Unsubscribed|Implied
Opt-out date|2024-02-03|
Opt Out Reason|No longer interested|
Confirmed Opt-Out Source|CONTACT|
Global Status|bounced|subscribed
List status|Unsubscribed|Subscribed
blacklisted|1|0
Is this user blacklisted?|yes|no
EMAIL_BLACKLISTED|TRUE|FALSE
Email blocklisted|Yes|No
Unsubscribed (marketing)|yes|
dnc|1|0
Do not e-mail|true|false
DoNotBulkEMail|1|0
HasOptedOutOfEmail|1|0
Email Opt Out|true|false
EmailBouncedReason|550 user unknown|
EmailBouncedDate|2021-03-04T00:00:00Z|
Opted out of email: Product news|Yes|
Unsubscribed from all email|true|
Email hard bounce reason|MAILBOX_GONE|
Marketing status|unsubscribed|subscribed
Email Consent|UNSUBSCRIBED|SUBSCRIBED
Email Marketing Consent|NEVER_SUBSCRIBED|SUBSCRIBED
Email Suppressions|HARD_BOUNCE|[]
Suppressed|true|false
SuppressionReason|SpamComplaint|
Accepts Marketing|no|yes
Accepts Email Marketing|FALSE|TRUE
IsExcludedFromCampaigns|true|false
IsSpamComplaining|True|False
UnsubscribedAt|2023-03-04T05:06:07Z|
UnsubscribeAll|true|false
email_subscription_state|opted-out|opted-in
Contact status|Unsubscribed|Active
contact_status|2|1
status|3|1
Status|U|C
Unsubscribe Time|2022-01-01 10:00|
Subscriber state|unsubscribed|active
Type|unsubscribed|active
Subscription state|Spam Complaint|Active
Date Deleted|2020-10-10|
Bounce Date|2020-10-10|0000-00-00
nomail|by_user|
delivery_status|by_bounces|enabled
Banned?|x|
Stop Status|unsubscribed|
Stop Time|2022-05-05 10:10:10|
Unsubscribed Date|02/03/2022|
Email subscriber status|Never Subscribed|Subscribed
Email channel status|nonSubscribed|subscribed
Newsletter|No|Yes
Subscribed to newsletter|0|1
subscribed_to_newsletter|false|true
newsletter_opt_in|0|1
optin|n|y
Wants newsletter|nope, never|yes
Receive emails|false|true
Email enabled|FALSE|TRUE
email_disabled|TRUE|FALSE
is_active|0|1
active|f|t
Enabled|no|yes
Deactivated|1620000000|0
inactive|true|false
deleted_at|2022-01-01 00:00:00|\\N
Removed|yes|NULL
Cancelled at|2022-01-01|
Left on|2022-01-01|
Complaint|1|0
Marked as spam|TRUE|
Bounce type|Permanent|
Hard bounced|yes|no
Undeliverable|true|false
Cleaned|2021-02-02|
Consent|withdrawn on 2 May|yes
GDPR consent|revoked|given
Permission|no|yes
Not subscribed|yes|no
subscription status|churned|active
Mailing permission|Denied|Granted
Status|Abgemeldet|Angemeldet
Abgemeldet|Ja|Nein
Abmeldedatum|1.2.2023|
Newsletter abbestellt|WAHR|FALSCH
Einwilligung|widerrufen|erteilt
Gesperrt|ja|nein
Unzustellbar|x|
Ausgetreten am|31.12.2022|
Aktiv|nein|ja
Statut|Désabonné|Abonné
Désinscrit le|12/03/2022|
Désabonné|oui|non
Consentement|retiré|oui
Abonné|FAUX|VRAI
Liste noire|oui|non
Plainte|oui|
Estado|Baja|Activo
Fecha de baja|12/03/2022|
Dado de baja|Sí|No
Suscrito|no|sí
Consentimiento|revocado|sí
Lista negra|sí|no
Stato|Disiscritto|Iscritto
Disiscritto il|12/03/2022|
Iscritto|no|sì
Consenso|revocato|sì
Situação|Descadastrado|Ativo
Descadastrado em|12/03/2022|
Inscrito|não|sim
Uitgeschreven|ja|nee
Afgemeld op|12-03-2022|
Geabonneerd|nee|ja
Wypisany|tak|nie
Data wypisania|2022-03-12|
Zgoda|nie|tak
Avregistrerad|ja|nej
Samtycke|nej|ja
Odhlášen|ano|ne
Souhlas|ne|ano
Статус|Отписан|Активен
Отписался|да|нет
Дата отписки|12.03.2022|
Согласие|нет|да
Статус|Відписаний|Підписаний
Abonelik durumu|abonelikten çıktı|abone
Onay|hayır|evet
ステータス|解除|購読中
退会日|2022-03-12|
配信停止|はい|いいえ
状态|已退订|已订阅
退订时间|2022-03-12|
수신거부|예|아니오
상태|구독취소|구독
"""
WHO_LEFT = [tuple(line.split("|")) for line in _ROWS.strip().splitlines()]

# Columns that say nothing about leaving, each with what may stand in it.
_HARMLESS = """
Company|Bounce Ltd|Opt Out Records
Plan|Active|Cancelled
Active plan|Gold|Silver
Subscription plan|free|premium
Birthday|1990-05-05|1981-01-30
T-shirt size|S|XL
unsubscribe_url|https://example.com/u/1|https://example.com/u/2
Unsubscribe link|https://example.com/u/1|https://example.com/u/2
unsubscribe_token|a8f2e1|77c0de
status_page|https://status.example.com|https://status.example.net
Status message|Back at noon|Hello
Order status|cancelled|shipped
Payment status|refused|paid
Marital status|single|married
Employment status|retired|employed
Membership level|Gold|Silver
Lead status|New|Unqualified
State|CA|NY
State|Texas|Ohio
Billing state|NO|ON
Estado|SP|RJ
Stato civile|celibe|sposata
Type|customer|press
Notes|met at the fair|called twice
Phone opt-out|yes|no
SMS consent|no|yes
Accepts SMS marketing|no|yes
WhatsApp blocked|true|false
Soft bounces|3|0
Opens|12|0
Clicks|0|4
Last activity|2024-01-01|2023-01-01
Activity|Running|Chess
Signup source|form|shop
Opt-in IP|192.0.2.1|192.0.2.2
Opt-in date|2020-01-01|
Subscribed on|2020-01-01|2021-01-01
Consent date|2020-01-01|2021-01-01
Subscriber ID|1|2
Subscription type|paid|free
Job title|Head of Abuse|Spam analyst
Days left|3|0
Left-handed|yes|no
Department|Complaints|Returns
Industry|Newsletter publishing|Direct marketing
Favourite colour|red|blue
Time zone|Europe/Oslo|Asia/Tokyo
Language|de|no
Country|NO|DE
Ort|Baden|Abstatt
Gender|f|m
Score|0|1
VIP|no|yes
RSVP|declined|accepted
Customer no|0|1
"""
HARMLESS = [tuple(line.split("|")) for line in _HARMLESS.strip().splitlines()]
