"""Countries, their peoples and their capitals: what news puts for one another.

"Kyiv denied it" and "Ukraine denied it" have the same speaker, as have "Moscow", "the Kremlin"
and "Russian officials". General knowledge in the languages of `rag.question`, kept to names
that are not spelled alike in their first six letters (`index.tokens.stem` meets the others).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from index.tokens import stem

# Name and people | seats of government. A form with a small letter counts in any case, one
# with a capital letter only with it (Polish, Turkey). "_" joins words.
_TABLE = """
Afghanistan Afghan | Kabul
Albania Albanian | Tirana
Algeria Algerian Argelia Алжир | Algiers
Andorra
Angola Angolan | Luanda
Argentina Argentine Argentinian аргентин | Buenos_Aires
Armenia Armenian Армения | Yerevan
Australia Australian австрал | Canberra
Austria Austrian Österreich österreichisch Autriche autrichien австри | Vienna Wien Вена
Azerbaijan Azerbaijani Azeri Aserbaidschan азербайджан | Baku Баку
Bahrain Bahraini | Manama
Bangladesh Bangladeshi | Dhaka
Belarus Belarusian Weißrussland Bielorrusia беларусь белорус | Minsk Минск
Belgium Belgian Belgien Bélgica Belgique бельги
Benin Beninese
Bhutan Bhutanese | Thimphu
Bolivia Bolivian | La_Paz
Bosnia Bosnian | Sarajevo
Botswana | Gaborone
Brazil Brazilian Brasilien Brasil Brésil бразил | Brasilia
Bulgaria Bulgarian болгар | Sofia София
Burundi Burundian
Cambodia Cambodian | Phnom_Penh
Cameroon Cameroonian | Yaounde
Canada Canadian Kanada kanadisch канада | Ottawa
Chad Chadian
Chile Chilean | Santiago
China Chinese chinesisch chinois китай | Beijing Peking Pekín Pékin Пекин
Colombia Colombian | Bogota
Congo Congolese | Kinshasa
Costa_Rica Costa_Rican
Croatia Croatian Kroatien | Zagreb
Cuba Cuban | Havana
Cyprus Cypriot | Nicosia
Czechia Czech Tschechien | Prague Prag
Denmark Danish Dane Dänemark Dinamarca Danemark дания | Copenhagen Kopenhagen
Djibouti
Ecuador Ecuadorian | Quito
Egypt Egyptian Ägypten Egipto египет | Cairo Kairo Каир
Eritrea Eritrean | Asmara
Estonia Estonian Estland эстон | Tallinn
Ethiopia Ethiopian | Addis_Ababa
Finland Finnish Finn Finlandia финлянд финск | Helsinki
France French Frankreich französisch Francia francés français франци француз | Paris Париж Elysee
Gabon Gabonese
Gambia Gambian | Banjul
Georgia Georgian Грузия грузин | Tbilisi Тбилиси
Germany German Deutschland deutsche Alemania alemán alemana Allemagne allemand allemande германи немецк | Berlin Берлин
Ghana Ghanaian | Accra
Greece Greek Griechenland griechisch Grecia Grèce греци греческ | Athens Athen
Guatemala Guatemalan
Guinea Guinean | Conakry
Haiti Haitian
Honduras Honduran | Tegucigalpa
Hungary Hungarian Ungarn ungarisch Hungría Hongrie венгри венгерск | Budapest Будапешт
Iceland Icelandic | Reykjavik
India Indian индия индийск | New_Delhi Delhi
Indonesia Indonesian | Jakarta
Iran Iranian иран | Tehran Teheran Тегеран
Iraq Iraqi ирак | Baghdad Bagdad
Ireland Irish Irland | Dublin
Israel Israeli израиль израил | Jerusalem
Italy Italian Italien italienisch Italia Italie итали | Rome Rom Roma Рим
Jamaica Jamaican
Japan Japanese Japón Japon япони японск | Tokyo Tokio Токио
Jordan Jordanian | Amman
Kazakhstan Kazakh | Astana
Kenya Kenyan | Nairobi
Kosovo Kosovar | Pristina
Kuwait Kuwaiti
Kyrgyzstan Kyrgyz | Bishkek
Laos Laotian
Latvia Latvian Lettland латви | Riga
Lebanon Lebanese Libanon Líbano Liban ливан | Beirut
Liberia Liberian | Monrovia
Libya Libyan Libyen ливи | Tripoli
Lithuania Lithuanian Litauen литв литовск | Vilnius
Luxembourg
Madagascar | Antananarivo
Malawi Malawian
Malaysia Malaysian | Kuala_Lumpur
Mali Malian | Bamako
Malta Maltese | Valletta
Mauritania
Mexico Mexican Mexiko мексик | Mexico_City
Moldova Moldovan Moldau молдов молдав | Chisinau
Mongolia Mongolian
Montenegro Montenegrin | Podgorica
Morocco Moroccan Marokko Marruecos Maroc марокк | Rabat
Mozambique Mozambican | Maputo
Myanmar Burma Burmese | Naypyidaw
Namibia Namibian | Windhoek
Nepal Nepalese Nepali | Kathmandu
Netherlands Dutch Niederlande Holland Holanda нидерланд | The_Hague
New_Zealand | Wellington
Nicaragua Nicaraguan | Managua
Niger
Nigeria Nigerian | Abuja
North_Korea North_Korean Nordkorea | Pyongyang
North_Macedonia Macedonian | Skopje
Norway Norwegian Norwegen Noruega Norvège норвеги норвежск | Oslo
Oman Omani | Muscat
Pakistan Pakistani пакистан | Islamabad
Palestine Palestinian палестин | Ramallah
Panama Panamanian
Paraguay Paraguayan
Peru Peruvian | Lima
Philippines Philippine Filipino | Manila
Poland Polish Pole Polen polnisch Polonia polaco Pologne polonais польш польск | Warsaw Warschau Varsovia Varsovie Варшава
Portugal Portuguese португал | Lisbon
Qatar Qatari катар | Doha
Romania Romanian Rumänien румын | Bucharest
Russia Russian Russland russisch Rusia ruso rusa Russie russe росси русск | Moscow Moskau Moscú Moscou Москва москв Kremlin Kreml кремль кремл
Rwanda Rwandan | Kigali
Saudi_Arabia Saudi Saudi_Arabian саудовск | Riyadh
Senegal Senegalese | Dakar
Serbia Serbian Serb серби сербск | Belgrade Belgrad
Sierra_Leone | Freetown
Singapore Singaporean
Slovakia Slovak словаки словацк | Bratislava
Slovenia Slovenian Slovene | Ljubljana
Somalia Somali | Mogadishu
South_Africa South_African Südafrika | Pretoria
South_Korea South_Korean Südkorea | Seoul
South_Sudan | Juba
Spain Spanish Spaniard Spanien spanisch España español Espagne espagnol испани испанск | Madrid Мадрид
Sri_Lanka Sri_Lankan | Colombo
Sudan Sudanese | Khartoum
Sweden Swedish Swede Schweden schwedisch Suecia Suède швеци шведск | Stockholm
Switzerland Swiss Schweiz schweizer Suiza suizo Suisse швейцар | Bern
Syria Syrian Syrien Siria Syrie сири сирийск | Damascus Damaskus Дамаск
Taiwan Taiwanese тайвань | Taipei
Tajikistan Tajik
Tanzania Tanzanian | Dodoma
Thailand Thai | Bangkok
Togo Togolese
Tunisia Tunisian | Tunis
Turkey Turkish Turk Türkei türkisch Türkiye Turquía Turquie турци турецк | Ankara Анкара
Turkmenistan Turkmen
Uganda Ugandan | Kampala
Ukraine Ukrainian ukrainisch Ucrania украин | Kyiv Kiev Kiew Киев киевск
United_Arab_Emirates Emirati | Abu_Dhabi
United_Kingdom UK U_K Britain British Briton Großbritannien britisch Reino_Unido Royaume-Uni британ великобритан | London Londres Лондон Downing_Street Whitehall
United_States US U_S USA America American USA amerikanisch Estados_Unidos estadounidense Etats-Unis américain сша америк | Washington Вашингтон White_House Weiße_Haus Pentagon
Uruguay Uruguayan | Montevideo
Uzbekistan Uzbek | Tashkent
Venezuela Venezuelan | Caracas
Vietnam Vietnamese | Hanoi
Yemen Yemeni йемен | Sanaa
Zambia Zambian | Lusaka
Zimbabwe Zimbabwean | Harare
European_Union EU Europäische_Union Union_européenne Unión_Europea евросоюз | Brussels Brüssel Bruselas Bruxelles Брюссель
"""  # noqa: E501


_SHORTEST_PREFIX = 4  # letters: what is left of a Russian name without its ending


@dataclass(frozen=True, slots=True)
class _Form:
    country: str
    is_seat: bool
    written: str


@lru_cache(maxsize=1)
def _forms() -> dict[tuple[str, ...], _Form]:
    """The tokens of each form."""
    forms: dict[tuple[str, ...], _Form] = {}
    for line in _TABLE.strip().splitlines():
        people, _, seats = line.partition("|")
        country = people.split()[0]
        for is_seat, part in ((False, people), (True, seats)):
            for form in part.split():
                tokens = tuple(stem(word) for word in form.replace("-", "_").split("_"))
                forms.setdefault(tokens, _Form(country, is_seat, form))
    return forms


@lru_cache(maxsize=65536)
def country_of(words: tuple[str, ...], *, seats: bool = True) -> str | None:
    """The country that one word or a few neighbours stand for, by its English name, or None.

    Args:
        words: as written.
        seats: whether a capital or a government's house stands for its country.
    """
    form = _find(tuple(stem(word) for word in words))
    if form is None or (form.is_seat and not seats):
        return None
    if form.written.replace("_", "").isupper():
        return form.country if all(word.isupper() for word in words) else None
    if form.written[0].isupper() and not words[0][0].isupper():
        return None
    return form.country


def _find(tokens: tuple[str, ...]) -> _Form | None:
    forms = _forms()
    if tokens in forms:
        return forms[tokens]
    last = tokens[-1]
    if last.endswith("s") and (*tokens[:-1], last[:-1]) in forms:  # Americans, Poles
        return forms[*tokens[:-1], last[:-1]]
    if len(tokens) == 1 and not last.isascii():
        for length in range(len(last) - 1, _SHORTEST_PREFIX - 1, -1):
            if (form := forms.get((last[:length],))) is not None:
                return form
    return None
