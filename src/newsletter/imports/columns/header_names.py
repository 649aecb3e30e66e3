"""What columns of an address or a name are called, in the languages and systems that exports come from."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.imports.columns.spelling import normalise, words_in

_TABLE = {
    "email": """email|e-mail|mail|email address|e-mail address|emailaddress|mail address|email id
        e-mail-adresse|email-adresse|mailadresse|e-mailadres|emailadres|e-postadress|e-post|epost|e-postadresse|mailadress
        adresse e-mail|adresse email|adresse mail|courriel|adresse courriel|adresse de courriel|adresse électronique
        correo electrónico|correo|dirección de correo electrónico|dirección de correo|dirección de email|correu electrònic
        endereço de e-mail|endereço de email|endereço de correio eletrónico|correio eletrónico|correio eletrônico
        indirizzo email|indirizzo e-mail|indirizzo di posta elettronica|posta elettronica|adresă de e-mail|adresa de email
        adres e-mail|adres email|adresa e-mail|e-mailová adresa|emailová adresa|e-mail cím|e-mailcím|email cím|e-naslov
        sähköposti|sähköpostiosoite|e-posta|e-posta adresi|eposta|el. paštas|e-pasts|e-pasta adrese|netfang|e-posti aadress
        эл. почта|электронная почта|адрес электронной почты|e-mail адрес|email адрес|емейл|имейл|имейл адрес
        електронна пошта|адреса електронної пошти|эл. адрес|διεύθυνση email|διεύθυνση ηλεκτρονικού ταχυδρομείου
        ηλεκτρονικό ταχυδρομείο|דוא"ל|דואל|אימייל|מייל|כתובת אימייל|כתובת דוא"ל|דואר אלקטרוני
        البريد الإلكتروني|بريد إلكتروني|البريد الالكتروني|عنوان البريد الإلكتروني|الإيميل|ایمیل|پست الکترونیک
        メールアドレス|メール|eメール|eメールアドレス|電子メール|电子邮件|电子邮箱|邮箱|邮箱地址|电子邮件地址|邮件地址|電子郵件|電子郵件地址|電郵|信箱
        이메일|이메일 주소|메일 주소|전자우편|อีเมล|ที่อยู่อีเมล|ईमेल|ईमेल पता|ইমেইল|địa chỉ email|alamat email|surel""",
    "first_name": """first name|firstname|fname|given name|givenname|forename|vorname|voornaam|förnamn|fornavn|prénom
        nombre|nombres|nome|primeiro nome|prenume|imię|jméno|křestní jméno|keresztnév|etunimi|isim|vardas|vārds|имя|ім'я
        όνομα|שם פרטי|الاسم الأول|الاسم الاول|名|ชื่อ|tên""",
    "last_name": """last name|lastname|lname|surname|family name|familyname|nachname|familienname|achternaam|efternamn
        etternavn|efternavn|nom de famille|apellido|apellidos|sobrenome|apelido|cognome|nume de familie|nazwisko|příjmení
        priezvisko|vezetéknév|sukunimi|soyadı|soyad|soyisim|pavardė|uzvārds|фамилия|прізвище|επώνυμο|επίθετο|שם משפחה
        اسم العائلة|اللقب|姓|นามสกุล|họ""",
    "name": """name|full name|fullname|display name|subscriber name|contact name|naam|imię i nazwisko|ad soyad|фио|氏名|お名前
        名前|姓名|이름|성명|नाम|שם|שם מלא|الاسم|اسم|الاسم الكامل|nombre completo|nombre y apellidos|nome completo|nom complet
        nome e cognome|vollständiger name""",
    "consent": "consent",
    "subscribed_at": "subscribed at",
    "tags": "tags",
}
# What such a column is called where there is none that is called simply so.
_ELSE_EMAIL = """your email|your email address|your e-mail|email required|e-mail required|email address required
    subscriber email|contact email|user email|member email|customer email|primary email|primary email address|main email
    email 1|e-mail 1|email address 1|e-mail 1 value|person primary email|deine e-mail|deine e-mail-adresse|ihre e-mail
    ihre e-mail-adresse|votre e-mail|votre email|tu correo electrónico|seu e-mail|user mail|mail 1"""


FIELDS: Mapping[str, str] = {name: field for field, table in _TABLE.items() for name in words_in(table)}
"""Our fields by what columns are called, as `normalise` writes it."""

_SECOND = words_in(_ELSE_EMAIL) - set(FIELDS)


def is_email_header(header: str) -> bool:
    """Whether a column of this name has the readers' addresses, unless another one is called simply so."""
    title = normalise(header)
    return FIELDS.get(title) == "email" or title in _SECOND


def is_plain_email_header(header: str) -> bool:
    """Whether it is called simply so."""
    return FIELDS.get(normalise(header)) == "email"
