"""Words in the names of columns and files that speak of who left, in the languages that people come from."""

from __future__ import annotations

import re

from newsletter.imports.columns.spelling import stems
from newsletter.words.subscriber import SuppressionReason

Reasons = tuple[tuple[re.Pattern[str], SuppressionReason], ...]

# How a table is read is said in `spelling.stems`. Languages stand in lines: English; German; French; Spanish; Italian;
# Portuguese; Dutch; Polish; Swedish, Danish, Norwegian, Finnish; Czech, Slovak, Hungarian, Romanian; Russian,
# Ukrainian; Turkish, Greek; Japanese, Chinese, Korean.

LEFT = stems("""
unsub|opt out|stop date|leave list|opts out|opted out|opting out|optedout|^left.|left at.|left on.|date left|has left|left list|gone.|departed
withdr|revoked|stop time|stop status|stopped|leave date|leaving|objection|objected|signed off|sign off|churned.|dropped out
left the list|for leaving|list removal|removal date|removal reason|off list|off the list|off board|unjoin|wants out|want out|not interested|no longer interested|no longer want|stop email|stop e mail|stop mail|stop send|take me off|unfollow
abgemeld|abmeld|abbestell|ausgetrag|austrag|gekündigt|kündigung|ausgetreten|austritt|widerruf|widerspr|abgewählt|abbest
^opposition.|désabonn|désinscri|résilié|résiliation|désabo|se désinscrire|retiré de la liste
baja.|bajas.|dado de baja|dada de baja|dados de baja|desuscri|desapunt|darse de baja|desinscri|revocad
disiscri|disdett|revocat|revoca.|cancellazione|disabbon
descadastr|desassin|desinscr|cancelou|saiu.
bezwaar|uitgeschreven|uitschrij|afgemeld|afmeld|opgezegd|opzeg|uitgeschr
sprzeciw|wypisa|rezygn|odsubskryb|wyrejestr
avregistr|avprenumer|utregistrer|uppsagd|avanmäl|avslutad|frameld|afmeld|opsagt|utmeld|avmeld|peruut|peruttu|perunut|poistunut|eronnut|lopettan|loobun|atsisak|atrakst
odhláš|odhlas|odebrán z|leiratkoz|dezabon|odjav|одјав|odstoup
отпис|отказ|відпис|відмов
abonelikten|abonelik iptal|ayrıl|listeden çık|üyelikten|απεγγρα|διαγραφη
解除|退会|購読停止|配信停止|停止|退订|退訂|取消订阅|取消訂閱|已退|수신거부|수신 거부|구독취소|구독 취소|구독해지|구독 해지|탈퇴|해지
berhenti|hủy đăng ký|ยกเลิก|הסרה|הוסר|إلغاء الاشتراك|सदस्यता समाप्त|अनसब्सक्राइब
""")
# The same, but as often said of orders, contracts and accounts.
WEAK_LEFT = stems("""
cancel|delet|disabl|deactiv|inactiv|removed.|refus|archived|suspend|closed.|terminated.|declined.|trash|dormant
deaktiv|inaktiv|gelöscht|storniert|stillgelegt|entfernt|archiviert
supprim|inactif|désactiv|refusé|annul|archivé|effacé
eliminad|borrad|inactiv|desactiv|rechazad|anulad
eliminat|inattiv|disattiv|annullat|rifiutat|archiviat
excluíd|apagad|inativ|desativ|removid|remoção
verwijderd|inactief|gedeactiveerd|geannuleerd
usunię|nieaktyw|anulowan|skasowan
raderad|slettet|poistett|inaktiivi|avslutt|borttagen|fjernet
smazán|zrušen|neaktivn|törölt|inaktív|anulat|șters|vymazan
удален|неактив|видален|скасов|отмен
silin|pasif|iptal|ανενεργ
削除|無効|删除|刪除|삭제|비활성|停用|无效
""")
INVALID = stems("""
invalid|no válido|ungültig|invalide|en erreur|erroné|fehlerhaft|non valido|não válido|ongeldig|nieprawidł|ogiltig|ugyldig|virheellin|neplatn|недейств|geçersiz
無効なメール|无效邮箱
""")
VALID = stems(
    "email valid|valid email|is valid|validity|mail valid|zustellbar|^gültig.|email gültig|correo válido|email valide|sendable"
)
# Of these nobody can say whether they mean the list.
ENDED = stems("""
^end date.|ended|subscription end|subscription expir|membership end|^expired.|is expired|paused|snoozed|churn|unengaged|^returned.|^rejected.|^dropped.|^exit.|^exit date|^quit.|resigned|lapsed|^remove.|remove me|mute.
deceased|verstorben|décédé|fallecid|decedut|overleden|avliden|zmarł
""")
BOUNCED = stems("""
bounc|hard bounce|undeliver|not deliverable|unreachable|cleaned|clean time|clean date|dead.|mail returned|returned mail|delivery fail
unzustellbar|rückläufer|zurückgewiesen|bereinigt|nicht zustellbar|nettoyé|rejeté|rejet.|npai|non distribu|rebot|rimbalz|devolvid
limpiad|pulit|odbit|odraž|studsa|palautun|недостав|недоступ|возвра|відскок|kalıcı hata|geri dön|エラー停止|バウンス|退信|退回|반송|已清理
""")
SOFT = stems("score|soft bounc|softbounce|temporary bounce|bounce rate|weiche|soft.")
HARD = stems("hard|permanent|dauerhaft|définitif")
COMPLAINED = stems("""
complain|spam|abuse|junk|beschwerde|plainte|indésirable|plaignant|queja|denuncia|reclama|reclami|klacht|skarg|klagom|klage.|fbl.|жалоб|скарг
şikayet|sikayet|迷惑|苦情|投诉|投訴|举报|垃圾|스팸|신고
""")
BLOCKED = stems("""
blacklist|black list|blocklist|block list|blocked|suppress|banned|ban.|dnc.|dnm.|nomail|no mail|no email|no contact|never mail|not wanted|no bulk|no more mail|no more email|no marketing|on hold
do not|does not want|dont mail|dont email|exclud|muted
gesperrt|sperrliste|sperrvermerk|sperre|robinson|ausgeschloss|blockiert|nicht anschreiben|nicht kontaktieren|kein kontakt|nicht mailen|nicht mehr|keine e mail|keine mail|keine newsletter|möchte kein|will kein|möchte nicht|wünscht kein
liste noire|bloqu|exclu.|exclue.|ne pas contacter|ne plus contacter|ne pas envoyer|liste rouge|ne plus envoyer|ne souhaite pas|ne veut pas|ne veut plus
lista negra|no contactar|no enviar|no molestar|vetad|excluido de|lista nera|bloccat|esclus|non contattare|não contatar|não enviar|no desea|no quiere|non desidera|non vuole|não deseja|não quer
geblokkeerd|blockera|kielto|kieltä|zwarte lijst|wil geen|wenst geen|wil niet|nie chce|nechce|vill inte|önskar inte|vil ikke|ønsker ikke|nej tak|nei takk|ei halua|niet mailen|niet contacteren|zablokow|czarna lista|wykluczon|spärra|svartlist|blokeret|sperret|estett|ei saa lähettää
blokován|zablokov|tiltott|feketelista|blocat|заблок|не хочет|не желает|черный список|чёрный список|блок|чорн|engell|kara liste|αποκλεισ
ブロック|拒否|拒收|受信拒否|黑名单|黑名單|屏蔽|封锁|차단
""")
JOINED = stems("""
subscrib|subscription|^sub.|opt in|opted in|opts in|optin|^active.|is active|active member|email enabled|mail enabled|signed up|sign up.
^aktiv.|ist aktiv|angemeldet|anmeld|abonn|eingetragen|bezieht|abonné|inscri|^actif.|^active.|est actif|suscri|^activo.|^activa.|iscritt|iscrizion|^attivo.
assinante|assinatura|inscrit|^ativo.|ingeschreven|inschrij|aangemeld|aanmeld|^actief.|subskry|zapisan|^aktywny.|prenumer|abonnent|tilaaja|tilaus|tilattu|^aktiivinen.
odběr|přihlášen|^aktivní.|feliratkoz|abonat|подпис|підпис|^актив|abone|^etkin.|εγγρα|εγγεγραμ|συνδρομ
購読|登録|订阅|訂閱|^有効.|^有效.|구독|수신동의|수신 동의
""")
WEAK_JOINED = stems("""
newsletter|marketing|mailing|permitted|emailed|emailable|send email|send newsletter|send mail|okay to|ok to|may we|can we|contact by|by email|mail updates
updates.|notifications|^email.|^emails.|^mail.|^mails.|email preference|mail preference|frequency.|email frequency|^preference.|^preferences.|lupa.|markkinointilupa
digest|receive|receives|accepts|wants|allow|mailable|contactable|reachable|deliverable|enabled.|email ok|mail ok|may email|can email
erhält|empfang|werbung|kontaktierbar|newsletter|reçoit|recevoir|infolettre|lettre d info|accepte|recibir|recibe|boletín|boletin|acepta|riceve|ricevere|accetta
recebe|receber|aceita|ontvang|nieuwsbrief|otrzymuj|nyhetsbrev|nyhedsbrev|uutiskirje|zasílat|zasílání|novinky|hírlevél|рассылк|розсилк|bülten|bulten|メルマガ|配信|通讯|电子报|電子報|뉴스레터|수신
""")
CONSENT = stems("""
consent|permission|gdpr|dsgvo|rgpd|agreed|agreement|lawful basis|legal basis|einwillig|zustimm|einverst|consentement|accord.|autoris
consentim|consenso|autorizz|autoriza|toestemming|zgoda|zgody|samtyck|samtykke|suostumus|souhlas|hozzájárul|согласи|згода|onay|izin|izni|rıza|συγκατ
הסכמ|אישור דיוור|موافق|सहमति|同意|許可|许可|授权|동의
""")
CONFIRMED = stems("""
confirmed|double opt in|doubleoptin|doi.|bestätigt|confirmé|confirmad|confermat|bevestigd|potwierdz|bekräftad|bekræft|bekreft|vahvist
potvrzen|подтвержд|підтвердж|onaylan|確認済|已确认|확인됨|verified|verifiziert
""")
PENDING = stems("unconfirmed|opt in pending|awaiting|unverified|pending|ausstehend|en attente|pendiente|in attesa")
STATUS = stems("""
status|statut.|statuts.|estatus|standing.|stav.|stan.|tila.|durum|állapot|stare.|статус|κατασταση|状态|狀態|ステータス|状況|상태|tilstand|الحالة|حالة|trạng thái|סטטוס|स्थिति|สถานะ
""")
SOFT_STATUS = stems(
    "state.|estado|stato|etat.|zustand|situação|situación|situation.|staat.|состояни|стан.|staatus|toestand"
)
NEGATION = stems(
    "not.|no.|non.|nicht.|kein.|keine.|keinen.|ne pas|pas.|niet.|geen.|nie.|ikke.|inte.|ej.|ei.|não.|nao.|не.|нет.|без."
)

# What else a name may say, which changes what a filled cell means.
DATE = stems("""
at.|on.|date|time.|times.|timestamp|when|since.|am.|datum|zeit|seit.|zeitpunkt|le.|depuis|fecha|hora.|data.|quando|op.|tijd|kiedy|dato.|tid.|pvm.|päiv|dne.
дата|время|час.|tarih|zaman|日時|日付|年月日|日期|时间|時間|날짜|일시|시각|ημερομ|dátum|ngày
""")
DETAIL = stems("""
reason|cause|campaign|source|ip.|via.|method|comment|feedback|message|type.|category|description|note.|notes.|error|grund|raison|motif|motivo|reden
powod|orsak|årsag|syy.|důvod|причин|sebep|neden|理由|原因|사유|origin|page title|user agent
""")
COUNT = stems(
    "count|number|total|score|rate.|percent|anzahl|nombre de|número|numero|bounces.|emails bounced|回数|次数|횟수|times."
)
LINK = stems("""
url|link|href|page|token|hash|key.|uri.|website|image|button|text.|label|template|lien.|enlace|seite|ссылка.|ссылки.|リンク|链接|連結|링크|color|colour|html|id.
""")
ABOUT_JOINED = stems("""
id.|url|link|page|form|plan|tier|type|price|amount|currency|expir|renew|list|name|number|count|period|interval|category|group|language|start|begin
source|ip.|origin|channel|campaign|method|referr|country|key|token|hash|since|value|level.|box|product|sku|site|website|lists|tags|user agent
opened|opens|clicked|clicks|delivered|sent.|sends|replied|read.|reads|unread|until|paid|stripe|free|premium|trial|gift|terms|agb.|tos.|policy
""")
OTHER_CHANNEL = stems("""
sms|text message|whatsapp|whats app|phone|telefon|téléphone|teléfono|call.|calls.|push|postal|fax|telegram|viber|mms|voice|messenger|mobile|direct mail|by post|brief.|courrier|line.
""")
OF_MAIL = stems("email|e mail|courriel|correo|newsletter|メール|邮件|郵件|이메일|почт")
# Things that have a status of their own, which says nothing about mail.
OTHER_THING = stems("""
order|payment|marital|civil|shipping|shipment|fulfil|invoice|billing|ticket|job|employ|work.|working|project|task|deal|lead.|sales|customer|client.|loan|visa|immigra
relationship|family|loyalty|rsvp|event|attend|registration|vaccin|covid|health|student|enrol|school|donation|donor|donat|volunteer|application|approval|review|tax|plan
tier|price|stripe|active subscription|paid|purchase|subscription plan|contract|policy|house|housing|residen|military|veteran|citizen|patron|pledge|refund|cookie|terms|conditions|buyer|items|box.|seat|messages|level.|role.|rights|delivery date|stock|product
familienstand|bestell|zahlung|auftrag|beruf|kunden|état civil|commande|paiement|estado civil|pedido|pago|stato civile|ordine|pagamento|burgerlijke|zamów|płatn|betal|семейн|заказ|注文|订单|支付|婚
""")
# Columns of other names that some systems say it in.
KIND = stems(
    "^type.|^typ.|^tipo.|^kind.|^reason.|^category.|^grund.|^origin.|^event.|^list type|^contact type|^reception.|^subscriber type|^member type"
)
PLACE = stems(
    "city|town|zip|postal|postcode|plz.|ort.|ville|ciudad|cidade|città|stad.|country|land.|pays|pais|país|address|street|strasse|region|province|county"
)
# In the names of files and sheets only: people who are not readers, though nothing says that they left.
NEVER_AGREED = stems("non subscri|nonsubscri|non abonn|nicht abonn|no suscri|non iscritt|não inscrit|transactional")
PUT_AWAY = stems("archiv|アーカイブ|已归档|보관")
# In the names of files and sheets only: words that say nothing of who is in it.
NEUTRAL = stems("""
export|list.|lists.|subscriber|subscription|member|contact|email|e mail|mail.|audience|people|person|readers|user|customer|report|newsletter|address|csv|xlsx
data|all.|my.|the.|of.|from|segment|campaign|monitor|mailchimp|group.|global|abonnent|liste.|adress|kontakt|empfänger|leser|contacts|abonnés|destinataires|listas
contactos|suscriptores|contatti|contatos|lijst|contacten|kontakty|lista.|подписчик|контакт|список|リスト|名单|列表|목록|sheet|tabelle|feuille|hoja|date|time|on.|at.|who.|have.
""")
# In the names of files and sheets only: of whom nobody can tell why they are apart.
APART = stems(
    "former|ehemalig|anciens|leaver|lost.|old readers|inactiv|inaktiv|unengaged|lapsed|remove|invalid|ungültig|dormant|expired|problem|failed|rejected"
)
# Why somebody left, by the words for it, in the order in which they are looked for.
REASONS = (
    (COMPLAINED, SuppressionReason.COMPLAINT),
    (BOUNCED, SuppressionReason.HARD_BOUNCE),
    (BLOCKED, SuppressionReason.MANUAL),
    (LEFT, SuppressionReason.UNSUBSCRIBE),
    (WEAK_LEFT, SuppressionReason.UNSUBSCRIBE),
    (INVALID, SuppressionReason.INVALID),
)


def reason_in(text: str, instead: str, reasons: Reasons = REASONS) -> tuple[SuppressionReason | None, str]:
    """The first reason that a text gives, None where it gives none; and the text with `instead` for all such words."""
    found = None
    for pattern, reason in reasons:
        if pattern.search(text):
            found = found or reason
            text = pattern.sub(instead, text)
    return found, text
