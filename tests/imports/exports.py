"""Made-up exports of other systems, in the shapes that those write."""

from __future__ import annotations

_MAILCHIMP = (
    "Email Address,First Name,Last Name,Company,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,"
    "LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,"
)

EXPORTS = {
    "mailchimp": _MAILCHIMP
    + "LAST_CHANGED,LEID,EUID,NOTES,TAGS\n"
    + 'ana@example.com,Ana,Ng,"Acme, ""Inc.""",4,2021-04-21 11:16:57,198.51.100.7,2021-04-21 11:18:03,198.51.100.7,'
    + '52.52,13.40,1,2,Europe/Berlin,DE,BE,2023-01-02 03:04:05,17,a1,"one\ntwo","""Editors"",""Beta, testers"""\n',
    "mailchimp-unsubscribed": _MAILCHIMP
    + "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\n"
    + "gone@example.com,Gus,,,1,2018-02-12 10:54:27,,2018-02-12 10:54:27,,,,,,,,,2018-07-23 12:19:27,May,ab,NORMAL,,2,d,,\n"
    + "angry@example.com,,Hale,,1,2018-02-12 10:54:27,,2018-02-12 10:54:27,,,,,,,,,2023-06-06 12:56:15,,,SPAM,,2,e,,\n",
    "mailchimp-cleaned": _MAILCHIMP
    + "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS\n"
    + "dead@example.com,Ivy,,,1,2018-02-05 19:28:23,,2018-02-05 19:28:23,,,,,,,,,2020-03-23 17:30:05,March,ff,3,f,,\n",
    "ghost": "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers\r\n"
    '65a1,ana@example.com,Ana Ng,Early,true,false,cus_1,2024-01-02T03:04:05.000Z,,"vip,press",Gold\r\n'
    "65a2,gone@example.com,Off,,false,false,,2024-01-02T03:04:05.000Z,,,\r\n"
    "65a3,deleted@example.com,,,true,false,,2024-01-02T03:04:05.000Z,2024-02-02T03:04:05.000Z,,\r\n",
    "listmonk": "uuid,email,name,attributes,status,created_at,updated_at\n"
    '3f1f,ana@example.com,Ana Ng,"{""city"": ""Bonn"", ""n"": 3, ""on"": true, ""none"": null, ""deep"": [1], ""status"": '
    '""x""}",enabled,2024-01-02 03:04:05.678901 +0530 IST,2024-01-02 03:04:05 +0000 UTC\n'
    "3f20,blocked@example.com,Bad,{},blocklisted,2024-01-02 03:04:05 +0000 UTC,2024-05-02 03:04:05 +0000 UTC\n"
    "3f21,gone@example.com,Off,not json,disabled,0001-01-01 00:00:00 +0000 UTC,2024-01-02 03:04:05 +0000 UTC\n",
    "buttondown": "email_address,type,creation_date,notes,tags,metadata,referrer_url,secondary_id,source,id\n"
    'ana@example.com,regular,2024-01-02T03:04:05Z,,vip,"{""a"": 1}",,1,organic,sub_1\n'
    "new@example.com,unactivated,2024-01-02T03:04:05Z,,,{},,2,organic,sub_2\n"
    "gone@example.com,unsubscribed,2024-01-02T03:04:05Z,,,{},,3,import,sub_3\n",
    "beehiiv": "email,First Name,Last Name,status,tier,created_at,stripe_customer_id,unsubscribed_at\n"
    "ana@example.com,Ana,Ng,active,free,2024-01-02 03:04:05,,\n"
    "new@example.com,,,pending,free,2024-01-02 03:04:05,,\n"
    "gone@example.com,,,inactive,free,2024-01-02 03:04:05,,2024-03-02 03:04:05\n",
    "kit": "first_name,email_address,state,created_at,tags\n"
    'Ana,ana@example.com,active,2025-03-03,"creators,vip"\n'
    "New,new@example.com,inactive,2025-03-03,\n"
    "Gus,gone@example.com,cancelled,2025-03-03,\n",
    "substack": "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
    "ana@example.com,true,2026-07-06T16:20:44.000Z,monthly,false,2018-08-27T15:06:27.713Z,2020-01-01T00:00:00.000Z\n"
    "gone@example.com,false,,,true,2018-08-27T15:02:18.223Z,\n",
    "curated": "Email Address,Subscribed at,UTM Source,UTM Medium\nana@example.com,2021-02-04 07:55:20 +0000,web,\n",
    "medium": "ana@example.com\nbo@example.com\n\n",
    "sendgrid": '"EMAIL","FIRST_NAME","LAST_NAME","CITY","ALTERNATE_EMAILS","CREATED_AT","UPDATED_AT","CONTACT_ID","colour"\n'
    '"ana@example.com","Ana","Ng","Bonn","","2024-01-02T03:04:05Z","2024-01-02T03:04:05Z","0000","blue"\n',
    "sendgrid-bounces": "status,reason,email,created\n"
    "5.1.1,550 5.1.1 unknown user,dead@example.com,1700000000\n"
    ",unable to get mx info,gone@example.com,1700000000\n"
    "4.2.2,452 mailbox full,full@example.com,1700000000\n",
}
