"""Made-up exports of 25 systems, whole, with the columns that they write: ana@ stays, gone@ and dead@ do not."""

from __future__ import annotations

WHOLE = {
    "constant-contact": "Email address,First name,Last name,Company,Job title,Email status,Email permission status,Email update source,Confirmed Opt-Out Date,"
    "Confirmed Opt-Out Source,Confirmed Opt-Out Reason,Email Lists,Tags,Source Name,Created At,Updated At\n"
    "ana@example.com,Ana,Ng,Acme,Boss,Active,Express,Contact,,,,Weekly,vip,Form,2020-01-01 10:00:00,2021-01-01 10:00:00\n"
    "gone@example.com,Gus,Hale,,,Unsubscribed,Unsubscribed,Contact,2022-01-01 10:00:00,Contact,Too many,Weekly,,Form,2020-01-01 10:00:00,2021-01-01 10:00:00\n",
    "mailpoet": "Email,First name,Last name,Subscribed on?,List,Global Status,List status,Subscribed IP,Confirmed IP\n"
    "ana@example.com,Ana,Ng,2020-01-01 10:00:00,Weekly,Subscribed,Subscribed,192.0.2.1,192.0.2.1\n"
    "gone@example.com,Gus,Hale,2020-01-01 10:00:00,Weekly,Unsubscribed,Unsubscribed,192.0.2.1,\n"
    "dead@example.com,Di,Ho,2020-01-01 10:00:00,Weekly,Bounced,Unsubscribed,192.0.2.1,\n",
    "phplist": "id,email,confirmed,blacklisted,optedin,bouncecount,entered,modified,uniqid,htmlemail,subscribepage,rssfrequency,disabled,extradata,foreignkey\n"
    "1,ana@example.com,1,0,0,2,2020-01-01 10:00:00,2020-01-01 10:00:00,a8f,1,1,,0,,\n"
    "2,gone@example.com,1,1,0,0,2020-01-01 10:00:00,2020-01-01 10:00:00,b7e,1,1,,0,,\n"
    "3,dead@example.com,1,0,0,9,2020-01-01 10:00:00,2020-01-01 10:00:00,c6d,1,1,,1,,\n",
    "brevo": "CONTACT ID,EMAIL,LASTNAME,FIRSTNAME,SMS,EXT_ID,DOUBLE_OPT-IN,OPT_IN,EMAIL_BLACKLIST,SMS_BLACKLIST,ADDED_TIME,MODIFIED_TIME\n"
    "1,ana@example.com,Ng,Ana,,,1,Yes,No,Yes,2020-01-01 10:00:00,2020-01-01 10:00:00\n"
    "2,gone@example.com,Hale,Gus,,,1,Yes,Yes,No,2020-01-01 10:00:00,2020-01-01 10:00:00\n",
    "mautic": "id,email,firstname,lastname,company,points,is_published,date_added,date_identified,last_active,preferred_locale,stage,owner,doNotEmail\n"
    "1,ana@example.com,Ana,Ng,Acme,12,1,2020-01-01 10:00:00,2020-01-01 10:00:00,2024-01-01 10:00:00,en,,admin,0\n"
    "2,gone@example.com,Gus,Hale,,0,1,2020-01-01 10:00:00,2020-01-01 10:00:00,2021-01-01 10:00:00,en,,admin,1\n",
    "hubspot": "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Marketing contact status,Lifecycle Stage,Create Date,"
    "Last Activity Date,Unsubscribed from all email,Email hard bounce reason,Opted out of email: Marketing Information,Marketing emails bounced,Marketing emails opened\n"
    "1,Ana,Ng,ana@example.com,,,New,Marketing contact,Subscriber,2020-01-01,2024-01-01,,,,0,12\n"
    "2,Gus,Hale,gone@example.com,,,Unqualified,Marketing contact,Subscriber,2020-01-01,2024-01-01,true,,true,0,1\n"
    "3,Di,Ho,dead@example.com,,,New,Marketing contact,Lead,2020-01-01,2024-01-01,,UNKNOWN_USER,,3,0\n",
    "klaviyo": "Email,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,City,State / Region,Country,Zip Code,Latitude,Longitude,Source,"
    "Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions,Email Suppressions Timestamp,SMS Marketing Consent,Date Added,Last Open,Last Click\n"
    "ana@example.com,01A,Ana,Ng,,,,Bonn,NW,Germany,53111,50.7,7.1,Form,SUBSCRIBED,2020-01-01 10:00:00,[],,NEVER_SUBSCRIBED,2020-01-01,,\n"
    "gone@example.com,01B,Gus,Hale,,,,Oslo,,Norway,,,,Form,UNSUBSCRIBED,2022-01-01 10:00:00,[],,NEVER_SUBSCRIBED,2020-01-01,,\n"
    "dead@example.com,01C,Di,Ho,,,,Oslo,,Norway,,,,Form,SUBSCRIBED,2020-01-01 10:00:00,HARD_BOUNCE,2021-01-01,SUBSCRIBED,2020-01-01,,\n",
    "shopify": "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address City,Default Address Province Code,"
    "Default Address Country Code,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n"
    "'1,Ana,Ng,ana@example.com,yes,,Bonn,,DE,,no,12.00,1,,no,vip\n"
    "'2,Gus,Hale,gone@example.com,no,,Oslo,,NO,,no,0.00,0,,no,\n",
    "ses": "EmailAddress,Reason,LastUpdateTime\ngone@example.com,COMPLAINT,2022-01-01T10:00:00Z\ndead@example.com,BOUNCE,2022-01-01T10:00:00Z\n",
    "postmark": "Recipient,EmailAddress,SuppressionReason,Origin,CreatedAt\ngone,gone@example.com,ManualSuppression,Recipient,2022-01-01\n"
    "dead,dead@example.com,HardBounce,Recipient,2022-01-01\n",
    "mailjet": "Email,Name,CreatedAt,IsExcludedFromCampaigns,IsOptInPending,IsSpamComplaining,UnsubscribedAt,DeliveredCount,LastActivityAt\n"
    "ana@example.com,Ana Ng,2020-01-01T10:00:00Z,false,false,false,,12,2024-01-01T10:00:00Z\n"
    "gone@example.com,Gus,2020-01-01T10:00:00Z,false,false,false,2022-01-01T10:00:00Z,3,\n"
    "dead@example.com,Di,2020-01-01T10:00:00Z,true,false,false,,3,\n",
    "cleverreach": "email,active,bounced,deactivated,registered,activated,source,anrede,vorname,nachname,stars,tags\n"
    "ana@example.com,1,0,0,1577872800,1577872900,Form,Frau,Ana,Ng,4,\n"
    "gone@example.com,0,0,1620000000,1577872800,1577872900,Form,Herr,Gus,Hale,1,\n"
    "dead@example.com,1,1620000000,0,1577872800,1577872900,Form,Frau,Di,Ho,1,\n",
    "aweber": "Email,Name,Message,Date Added,Stop Time,Stop Status,Misc Notes,Ad Tracking,Add Method,Web Form URL,IP Address,Country,Region,City,Postal Code,"
    "Last Followup Date,Verified,Tags\n"
    "ana@example.com,Ana Ng,1,01/02/20 10:00,,,,,Web Form,https://example.com/f,192.0.2.1,DE,NW,Bonn,53111,,yes,vip\n"
    "gone@example.com,Gus,1,01/02/20 10:00,01/02/22 10:00,unsubscribed,,,Web Form,https://example.com/f,192.0.2.1,NO,,Oslo,,,yes,\n",
    "activecampaign": "ID,Email,First Name,Last Name,Phone,Account,Job Title,Date Created,Date Updated,IP Address,Lists,Tags,Status,Total Opens,Total Clicks\n"
    "1,ana@example.com,Ana,Ng,,,,2020-01-01,2020-01-01,192.0.2.1,Weekly,vip,Active,12,1\n"
    "2,gone@example.com,Gus,Hale,,,,2020-01-01,2020-01-01,192.0.2.1,Weekly,,Unsubscribed,1,0\n"
    "3,dead@example.com,Di,Ho,,,,2020-01-01,2020-01-01,192.0.2.1,Weekly,,Bounced,0,0\n",
    "sendy": "Name,Email,Last activity,Status,Country,IP,Referrer\n"
    "Ana Ng,ana@example.com,2024-01-01,Subscribed,Germany,192.0.2.1,\nGus,gone@example.com,2024-01-01,Unsubscribed,Norway,,\n"
    "Di,dead@example.com,2024-01-01,Bounced,Norway,,\nCo,angry@example.com,2024-01-01,Marked as spam,Norway,,\n",
    "mailerlite": "Email,Name,Last name,Company,Country,City,Phone,State,Zip,Status,Subscribed,Location,Signup timestamp,Signup IP,Confirmation timestamp,"
    "Unsubscribed,Sent,Opens,Clicks,Source\n"
    "ana@example.com,Ana,Ng,,Germany,Bonn,,NW,,active,2020-01-01 10:00:00,,2020-01-01 10:00:00,192.0.2.1,2020-01-01 10:00:00,,12,3,1,webform\n"
    "gone@example.com,Gus,Hale,,Norway,Oslo,,,,unsubscribed,2020-01-01 10:00:00,,2020-01-01 10:00:00,192.0.2.1,,2022-01-01 10:00:00,3,0,0,webform\n"
    "dead@example.com,Di,Ho,,Norway,Oslo,,,,bounced,2020-01-01 10:00:00,,2020-01-01 10:00:00,192.0.2.1,,,3,0,0,import\n",
    "emailoctopus": "Email address,First name,Last name,Status,Tags,Created at,Last updated at\n"
    "ana@example.com,Ana,Ng,SUBSCRIBED,vip,2020-01-01,2020-01-01\ngone@example.com,Gus,Hale,UNSUBSCRIBED,,2020-01-01,2022-01-01\n",
    "ghost-old": "id,email,name,note,subscribed,complimentary_plan,stripe_customer_id,created_at,labels\n"
    "1,ana@example.com,Ana Ng,,true,false,,2020-01-01T10:00:00.000Z,vip\n2,gone@example.com,Gus,,false,false,,2020-01-01T10:00:00.000Z,\n",
    "squarespace": "Email Address,First Name,Last Name,Accepts Marketing,Subscriber Since,Subscriber Source,Mailing Lists,Order Count,Total Spent,Last Order,Tags\n"
    "ana@example.com,Ana,Ng,true,2020-01-01,Form,Weekly,0,0.00,,\ngone@example.com,Gus,Hale,false,2020-01-01,Form,,0,0.00,,\n",
    "wix": "First Name,Last Name,Email 1,Phone 1,Address 1 - Country,Labels,Created At (UTC+0),Email subscriber status,SMS subscriber status,Last Activity,Source\n"
    "Ana,Ng,ana@example.com,,DE,vip,2020-01-01 10:00,Subscribed,Never subscribed,Form,Form\n"
    "Gus,Hale,gone@example.com,,NO,,2020-01-01 10:00,Unsubscribed,Never subscribed,Form,Form\n",
    "omnisend": "Email,First name,Last name,Phone,Country,City,Gender,Birthdate,Email channel status,Email channel status changed at,SMS channel status,Tags,Created at\n"
    "ana@example.com,Ana,Ng,,Germany,Bonn,f,,subscribed,2020-01-01,nonSubscribed,vip,2020-01-01\n"
    "gone@example.com,Gus,Hale,,Norway,Oslo,m,,unsubscribed,2020-01-01,nonSubscribed,,2020-01-01\n",
    "salesforce": "Id,FirstName,LastName,Email,HasOptedOutOfEmail,HasOptedOutOfFax,DoNotCall,EmailBouncedReason,EmailBouncedDate,LeadSource,CreatedDate\n"
    "003A,Ana,Ng,ana@example.com,false,false,true,,,Web,2020-01-01\n003B,Gus,Hale,gone@example.com,true,false,false,,,Web,2020-01-01\n"
    "003C,Di,Ho,dead@example.com,false,false,false,550 no such user,2021-01-01,Web,2020-01-01\n",
    "intercom": "Name,Email,Phone,User ID,Owner,Unsubscribed from Emails,Marked email as spam,Has hard bounced,Contact type,First Seen,Last seen,Signed up\n"
    "Ana Ng,ana@example.com,,1,,false,false,false,lead,2020-01-01,2024-01-01,2020-01-01\n"
    "Gus,gone@example.com,,2,,true,false,false,user,2020-01-01,2024-01-01,2020-01-01\nDi,dead@example.com,,3,,false,false,true,user,2020-01-01,,2020-01-01\n",
    "flodesk": "Email,First name,Last name,Status,Segments,Source,Opt-in IP address,Opt-in timestamp,Created at,Unsubscribed at\n"
    "ana@example.com,Ana,Ng,active,Weekly,form,192.0.2.1,2020-01-01,2020-01-01,\n"
    "gone@example.com,Gus,Hale,unsubscribed,Weekly,form,192.0.2.1,2020-01-01,2020-01-01,2022-01-01\n",
    "drip": "email,status,created_at,ip_address,time_zone,lifetime_value,original_referrer,first_name,tags,eu_consent,eu_consent_message,lead_score\n"
    "ana@example.com,active,2020-01-01T10:00:00Z,192.0.2.1,Europe/Berlin,,,Ana,vip,granted,I want it,20\n"
    "gone@example.com,unsubscribed,2020-01-01T10:00:00Z,192.0.2.1,Europe/Oslo,,,Gus,,denied,I want it,0\n",
    "rapidmail": "E-Mail;Vorname;Nachname;Status;Angelegt am;Aktiviert am;Abgemeldet am;Mailtyp;Herkunft\n"
    "ana@example.com;Ana;Ng;aktiv;01.01.2020;01.01.2020;;html;Formular\ngone@example.com;Gus;Hale;abgemeldet;01.01.2020;01.01.2020;02.02.2022;html;Formular\n"
    "dead@example.com;Di;Ho;bounced;01.01.2020;01.01.2020;;html;Import\n",
    "getresponse": "Name,Email,Subscribed date,IP address,Country,City,Origin,Cycle day,Engagement score,Custom: consent newsletter\n"
    "Ana Ng,ana@example.com,2020-01-01 10:00:00,192.0.2.1,Germany,Bonn,Form,3,4,yes\n"
    "Gus,gone@example.com,2020-01-01 10:00:00,192.0.2.1,Norway,Oslo,Form,3,1,no\n",
}
