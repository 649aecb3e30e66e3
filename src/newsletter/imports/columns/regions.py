"""Names of states, provinces and Länder, so that a column called State that holds them is not asked about."""

from __future__ import annotations

from newsletter.imports.columns.spelling import words_in

# The United States; Canada; Australia; India; Germany, Austria; Brazil; Mexico; Spain; Italy.
_NAMES = """
Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana
Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York
North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia
Washington|West Virginia|Wisconsin|Wyoming|District of Columbia|Puerto Rico
Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland and Labrador|Nova Scotia|Ontario|Prince Edward Island|Quebec|Saskatchewan
New South Wales|Queensland|South Australia|Tasmania|Victoria|Western Australia|Northern Territory
Andhra Pradesh|Assam|Bihar|Delhi|Goa|Gujarat|Haryana|Karnataka|Kerala|Madhya Pradesh|Maharashtra|Odisha|Punjab|Rajasthan|Tamil Nadu|Telangana|Uttar Pradesh|West Bengal
Baden-Württemberg|Bayern|Bavaria|Berlin|Brandenburg|Bremen|Hamburg|Hessen|Hesse|Mecklenburg-Vorpommern|Niedersachsen|Lower Saxony|Nordrhein-Westfalen
North Rhine-Westphalia|Rheinland-Pfalz|Saarland|Sachsen|Saxony|Sachsen-Anhalt|Schleswig-Holstein|Thüringen|Thuringia
Burgenland|Kärnten|Niederösterreich|Oberösterreich|Salzburg|Steiermark|Tirol|Vorarlberg|Wien|Vienna
Acre|Alagoas|Amazonas|Bahia|Ceará|Distrito Federal|Espírito Santo|Goiás|Maranhão|Mato Grosso|Mato Grosso do Sul|Minas Gerais|Pará|Paraíba|Paraná|Pernambuco
Piauí|Rio de Janeiro|Rio Grande do Norte|Rio Grande do Sul|Rondônia|Santa Catarina|São Paulo|Sergipe|Tocantins
Aguascalientes|Baja California|Campeche|Chiapas|Chihuahua|Ciudad de México|Coahuila|Colima|Durango|Guanajuato|Guerrero|Hidalgo|Jalisco|México|Michoacán
Morelos|Nayarit|Nuevo León|Oaxaca|Puebla|Querétaro|Quintana Roo|San Luis Potosí|Sinaloa|Sonora|Tabasco|Tamaulipas|Tlaxcala|Veracruz|Yucatán|Zacatecas
Andalucía|Aragón|Asturias|Canarias|Cantabria|Castilla y León|Cataluña|Extremadura|Galicia|Madrid|Murcia|Navarra|País Vasco|La Rioja|Valencia
Abruzzo|Calabria|Campania|Emilia-Romagna|Lazio|Liguria|Lombardia|Marche|Piemonte|Puglia|Sardegna|Sicilia|Toscana|Umbria|Veneto
"""
REGIONS = words_in(_NAMES)
