"""More names of columns that say who left, as newsletter tools, customer lists, clubs and lists of servers have them."""

from __future__ import annotations

# header | the cell of somebody who left | that of somebody who stays.
_ROWS = """
Reason for leaving|moved|
Ne plus envoyer|oui|non
Nicht mehr anschreiben|ja|nein
Keine E-Mails|ja|nein
Newsletter?|no thanks|yes please
Infobrief (Newsletter)|nein, danke|ja, bitte
Email Marketing Subscription Status|Unsubscribed|Subscribed
Can Receive Email Marketing|FALSE|TRUE
Drip status|unsubscribed|active
Contact removed on|2024-02-02|
Removal reason|unsubscribed by user|
Bounced Contact|yes|no
MAIL_NOT_WANTED|1|0
Désabonnement|oui|non
Statut d'abonnement|désabonné|abonné
Motif de désabonnement|trop de mails|
Desinscription|1|0
Plaignant|oui|non
Abonnement actif|non|oui
Abmeldung|ja|nein
Kontaktstatus|Inaktiv (abgemeldet)|Aktiv
Hat widersprochen|ja|nein
Werbesperre|1|0
Robinsonliste|ja|nein
Zustellstatus|unzustellbar|zugestellt
Newsletter-Empfänger|Nein|Ja
Keine Werbung|ja|nein
Suscripción|cancelada|activa
Fecha de desuscripción|2024-01-01|
Rebotado|sí|no
No desea recibir|sí|no
Desea recibir noticias|no|sí
Estado del subscritor|removido|ativo
Data de remoção|2024-01-01|
Removido em|2024-01-01|
Recebe newsletter|não|sim
Opt-out em|2024-01-01|
Stato iscrizione|cancellato|attivo
Disiscrizione|sì|
Consenso marketing|negato|concesso
Riceve newsletter|no|sì
Status subskrypcji|wypisany|aktywny
Data rezygnacji|2024-01-01|
Odbity|tak|nie
Sprzeciw|tak|nie
Stav|odhlášen|přihlášen
Datum odhlášení|2024-01-01|
Souhlas se zasíláním|ne|ano
Leiratkozott|igen|nem
Állapot|leiratkozott|aktív
Data dezabonării|2024-01-01|
Odjavljen|da|ne
Одјављен|да|не
Дата отказа|2024-01-01|
Статус email|Недоступен|Активен
Статус адреса|unsubscribed|active
Согласие на рассылку|нет|да
Жалоба на спам|да|нет
Дата відписки|2024-01-01|
Abonelikten çıktı|evet|hayır
İzin durumu|ret|onay
Ticari ileti izni|hayır|evet
Durum|Abonelikten ayrıldı|Aktif
Κατάσταση|Απεγγράφηκε|Ενεργός
配信停止日|2024/01/01|
登録解除日時|2024/01/01 10:00|
エラーカウント停止|はい|いいえ
メルマガ配信|希望しない|希望する
メール配信|不要|希望
구독 상태|구독 취소됨|구독 중
구독 해지일|2024-01-01|
광고성 정보 수신 동의|N|Y
是否退订|是|否
是否订阅|否|是
拒收|是|否
訂閱狀態|取消訂閱|已訂閱
Uitschrijfdatum|2024-01-01|
Ontvangt nieuwsbrief|nee|ja
Bezwaar|ja|nee
Afmelddatum|01-01-2024|
Avregistreringsdatum|2024-01-01|
Vill inte ha mejl|ja|nej
Afmeldt|ja|nej
Nej tak til mail|ja|nej
Status|Avmeldt|Påmeldt
Peruutettu|kyllä|ei
Uutiskirjeen tila|peruttu|tilattu
Tellimusest loobunud|jah|ei
Atsisakė|taip|ne
Atrakstījies|jā|nē
NO BULK EMAILS|1|0
NO BULK EMAILS (User Opt Out)|Yes|No
Do Not Email|1|0
On Hold|On Hold Bounce|No
is_opt_out|1|0
receives_emails|false|true
HasOptedOutOfEmail__c|TRUE|FALSE
pi_opted_out|true|false
is_do_not_email|1|0
Blacklist|True|False
Email marketing consent: state|UNSUBSCRIBED|SUBSCRIBED
Marketing consent|NOT_SUBSCRIBED|SUBSCRIBED
Email subscription status|NOT_SET (unsubscribed)|SUBSCRIBED
newsletter_subscribed|0|1
unsubscribe_reason|annoying|
Email disabled|true|false
Mail user unsubscribed|1|0
reception|nomail|mail
subscription_mode|NOMAIL|MAIL
SUSPEND|1|
Suspended|true|false
email_digests|never|weekly
Email permission|Withdrawn|Granted
Can we email you?|No|Yes
Stop emailing me|Yes|
Please remove me|Yes|
Take me off the list|Yes|
No longer wants emails|TRUE|
Wants out|yes|
Left the list|yes|no
Off list|1|0
List removal date|2024-01-01|
Exit date|2024-01-01|
Not interested|x|
Unjoined|2024-01-01|
Off-boarded|2024-01-01|
Global Opt-out|1|0
Unsubs|1|0
is_unsubscribed_from_list|t|f
Reachability|unreachable|reachable
Email validity|invalid|valid
Mail Delivery|Failed permanently|OK
Returned|yes|no
Rejected|yes|no
Dropped|yes|
Blocked by recipient|yes|
Abuse report|2024-01-01|
Berhenti berlangganan|ya|tidak
Trạng thái|Đã hủy đăng ký|Đang hoạt động
สถานะ|ยกเลิกการสมัคร|สมัครแล้ว
הוסר מרשימת תפוצה|כן|לא
הסכמה לדיוור|לא|כן
حالة الاشتراك|ملغي|نشط
إلغاء الاشتراك|نعم|لا
सदस्यता समाप्त|हाँ|नहीं
"""
ELSEWHERE = [tuple(line.split("|")) for line in _ROWS.strip().splitlines()]

# Nobody can know what these mean without being told.
ASKED_ELSEWHERE = {
    "Returned",
    "Please remove me",
    "email_digests",
    "Dropped",
    "Rejected",
    "Одјављен",
    "Exit date",
    "Email subscription status",
    "Reachability",
}

# Columns that say nothing about leaving.
_HARMLESS = """
Company size|1-10|50+
Job|Editor|Baker
Department|Sales|Returns
Interests|Hiking|Stop motion
Dietary needs|none|vegan
Coupon code|GONE20|STAY10
Referral code|LEFT|RIGHT
Handedness|left|right
Exit interview notes|good|
Website|https://example.com|https://example.org
LinkedIn|https://example.com/in/a|
Twitter handle|@gone|@stay
Last purchase|2024-01-01|2023-01-01
Total spent|12.50|0
Orders count|0|3
Average order value|12|13
Last login|2024-01-01|
Number of opens|0|3
Open rate|0|0.5
Click rate|0.2|0
Last open date|2024-01-01|
Avg. open rate|0.00%|23.50%
Total sent|40|2
Custom font|Courier|Courier
Firma|Sperrholz GmbH|Muster AG
Anrede|Herr|Frau
Titel|Dr.|
PLZ|10115|80331
Geburtstag|01.01.1990|02.02.1980
Hausnummer|1|2a
Bundesland|Bayern|Hessen
Société|Exclusif SARL|Bloc SA
Civilité|Mme|M.
Ville|Paris|Lyon
Code postal|75001|69001
Date de naissance|01/01/1990|
Teléfono|600000000|
Cumpleaños|01/01|02/02
Empresa|Rebote SA|Sol SL
Città|Roma|Bari
CAP|00100|
Azienda|Blocchi Srl|
Data di nascita|1990-01-01|
Cidade|Porto|Lisboa
Aniversário|01/01|
Woonplaats|Utrecht|Delft
Geboortedatum|01-01-1990|
Miasto|Łódź|Gdańsk
Data urodzenia|1990-01-01|
Město|Brno|Praha
Компания|Отписка ООО|Мир
Город|Минск|Гомель
Дата рождения|01.01.1990|
Şehir|Bursa|İzmir
都道府県|東京|大阪
誕生日|1990/01/01|
城市|北京|上海
公司|有限公司|信息
회사|한국|서울
생일|1990-01-01|
Hair removal interest|yes|no
Returned customer|yes|no
Library|Left Bank|Main
Exit row seat|yes|no
Event dropped off|no|yes
Delivered orders|3|2
Order delivered|yes|no
Pickup or delivery|pickup|delivery
Reception desk|north|south
Digest version|2|3
Hold music|jazz|rock
Favourite newsletter|Tech weekly|Food
Mail client|Thunderbird|Outlook
Preferred format|html|text
Source|event|shop
Origin|import|form
Category|press|partner
Type|customer|supplier
Wants catalogue by post|no|yes
Has children|no|yes
Pets|cat|dog
Level|1|2
Age|33|44
Customer since|2019|2020
Last changed|2024-01-01|2024-01-02
Lead source|Cold call|Web
Lead owner|Ann|Bo
Notes|please call|met in Rome
Shoe size|39|44
Ticket type|VIP|regular
Table number|1|2
Subscription renewal date|2025-01-01|2025-02-02
preferences_url|https://example.com/p/1|https://example.com/p/2
Block|A|B
Opt group|A|B
Archive box|12|13
"""
HARMLESS_ELSEWHERE = [tuple(line.split("|")) for line in _HARMLESS.strip().splitlines()]
