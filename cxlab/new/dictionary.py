"""What columns, files and statuses are called elsewhere, in English and Finnish: plain data."""

import re
from collections.abc import Mapping

from cxlab.contract import TABLES
from cxlab.intake import statuses
from cxlab.new.headings import Words, normal

_CUSTOMER = Words(
    sure="customer id, customer unique id, cust id, cust no, customer number, customer no, customer nr, customer code, "
    "customer key, customer ref, customer user id, customer user, client id, client number, member id, member number, "
    "membership number, loyalty id, loyalty number, loyalty card number, buyer id, shopper id, household id, "
    "asiakasnumero, asiakasnro, asiakastunnus, asiakas id, asiakaskoodi, asiakkaan numero, asiakkaan tunnus, "
    "asiakkaan id, kanta asiakasnumero, jasennumero, customer, client, member, buyer, asiakas, kanta asiakas, jasen",
    likely="email, e-mail, email address, customer email, billing email, email billing, contact email, sahkoposti, "
    "sahkopostiosoite, asiakkaan sahkoposti, user id, user, account id, account number, account, contact id, "
    "person id, visitor id, kayttaja, kayttajatunnus, tilinumero",
)
_DAYS = (
    "date, day, datetime, date time, timestamp, time, when, created at, created on, created, creation date, pvm, "
    "paivamaara, paiva, ajankohta, aikaleima, aika, luotu, kirjattu, kirjauspaiva"
)
_ORDER = Words(
    sure="order id, order number, order no, order nr, order code, order key, order ref, order reference, order name, "
    "order, invoice no, invoice number, invoice id, invoice nr, invoice, receipt id, receipt number, receipt no, "
    "receipt, transaction id, transaction number, transaction no, transaction, basket id, purchase id, sale id, "
    "tilausnumero, tilausnro, tilaustunnus, tilaus id, tilauksen numero, tilaus, laskunumero, laskunro, laskun numero, "
    "lasku, kuittinumero, kuittinro, kuitin numero, kuitti, ostotapahtuma, tapahtumatunnus, tapahtumanumero, "
    "myyntitapahtuma",
)
_STORE = Words(
    sure="store, store id, store number, store code, store name, shop, shop id, branch, outlet, myymala, "
    "myymalan numero, myymalan nimi, myymalakoodi, liike, toimipiste, toimipaikka",
    likely="location, site, kauppa, paikka",
)
_ARM = Words(
    sure="arm, arm name, trial arm, treatment arm, treatment group, test group, experiment group, variant, koeryhma, "
    "testiryhma, koehaara, haara",
    likely="treatment, treated, treat, group, segment, cell, condition, bucket, kasittely, ryhma, kohderyhma",
)

CURRENCIES = Words(sure="currency, currency code, order currency, valuutta, valuuttakoodi")

HEADINGS: Mapping[str, Mapping[str, Words]] = {
    "orders": {
        "customer_id": _CUSTOMER,
        "ordered_at": Words(
            sure="ordered at, ordered on, order date, order time, order datetime, order day, order timestamp, "
            "date ordered, order created at, invoice date, purchase date, purchased at, purchase time, "
            "date of purchase, order purchase timestamp, transaction date, tran date, transaction time, sale date, "
            "sold at, receipt date, tilauspaiva, tilauspvm, tilauspaivamaara, tilausaika, tilattu, ostopaiva, ostopvm, "
            "ostoaika, ostettu, laskupaiva, laskun paiva, laskupvm, laskun pvm, laskutuspaiva, myyntipaiva, myyntipvm, "
            "kuittipaiva, kuitin pvm, tapahtumapaiva, tapahtumapvm, tapahtuma aika",
            likely=_DAYS,
            doubtful="paid at, paid date, payment date, date paid, maksupaiva, maksettu pvm, shipped at, ship date, "
            "delivery date, delivered at, toimituspaiva, completed at, date completed",
        ),
        "revenue": Words(
            sure="revenue, line total, line amount, line revenue, line sum, row total, item total, order line total, "
            "extended price, order total, order total amount, order amount, order value, order revenue, order sum, "
            "total amount, total amt, total price, total paid, total sales, total, amount paid, paid amount, "
            "grand total, invoice amount, invoice total, invoice value, transaction amount, transaction value, "
            "purchase amount, purchase value, sales amount, sales value, net sales, sales, sum, turnover, rivisumma, "
            "rivin summa, rivi yhteensa, rivihinta, summa yhteensa, summa, yhteensa, kokonaissumma, loppusumma, "
            "tilaussumma, tilauksen summa, tilauksen arvo, laskun summa, ostosumma, ostosten summa, kokonaishinta, "
            "rahamaara, liikevaihto, myynti, myynti yhteensa, maksettu",
            likely="amount, amt, value, net amount, gross amount, net revenue, net total, gross total, gross sales, "
            "subtotal, sub total, order subtotal, order subtotal amount, euro, eur, arvo, hinta yhteensa, valisumma, "
            "netto, brutto",
            doubtful="price, sale price, sales price, price paid, hinta, myyntihinta",
        ),
        "order_id": _ORDER,
        "cost": Words(
            sure="cost, line cost, cost of goods, cost of goods sold, cogs, total cost, purchase cost, kustannus, "
            "kustannukset, rivin kustannus, ostokustannus, omakustannus",
        ),
        "quantity": Words(
            sure="quantity, qty, quantity ordered, qty ordered, order quantity, item quantity, item qty, "
            "lineitem quantity, line quantity, quantity refund, quantity sold, units, units sold, pieces, pcs, "
            "number of items, number of units, kpl, maara, kappalemaara, kappaleet, kappaletta, lukumaara, lkm, "
            "tilattu maara, myyty maara, kpl maara",
            likely="count, items, n items",
        ),
        "unit_price": Words(
            sure="unit price, price per unit, price per item, price each, price per piece, item price, lineitem price, "
            "item cost, piece price, selling price per unit, yksikkohinta, a hinta, ahinta, kappalehinta, kpl hinta, "
            "hinta kpl",
            likely="price, list price, selling price, sale price, hinta, myyntihinta",
        ),
        "channel": Words(
            sure="channel, sales channel, order channel, order source, source name, kanava, myyntikanava, "
            "tilauskanava, ostokanava",
            likely="source, platform, created via, lahde",
        ),
        "category": Words(
            sure="category, category id, category name, product category, item category, main category, product group, "
            "item group, product type, department, tuoteryhma, paaryhma, kategoria, tuotekategoria, tuoteluokka, "
            "tuotelaji, osasto",
            likely="tavararyhma",
        ),
        "store": _STORE,
        "currency": CURRENCIES,
        "returned": Words(
            sure="returned, is returned, is return, return, refunded, is refund, palautettu, palautus, "
            "onko palautettu, on palautus, hyvitetty, hyvitys",
        ),
    },
    "gestures": {
        "customer_id": _CUSTOMER,
        "given_at": Words(
            sure="gesture date, gift date, gifted at, given on, date given, annettu, antopaiva, elepaiva, lahjapaiva, "
            "eleen pvm, lahjan pvm, yllatyspaiva, yllatyksen pvm",
            likely=f"sent at, sent date, date sent, sent, lahetetty, lahetyspaiva, {_DAYS}",
        ),
        "kind": Words(
            sure="gesture, gesture type, gesture kind, gift, gift type, ele, eleen laji, lahja, lahjan laji, "
            "huomionosoitus, huomaavaisuus, yllatys, yllatyslahja, yllatyksen laji",
            likely="kind, type, laji, tyyppi",
        ),
        "cost": Words(
            sure="cost, gift cost, gesture cost, kustannus, eleen hinta, lahjan hinta, yllatyksen hinta",
            likely="hinta, price",
        ),
        "order_id": _ORDER,
    },
    "assignments": {
        "customer_id": _CUSTOMER,
        "assigned_at": Words(
            sure="assigned at, assigned on, assignment date, date assigned, assigned, drawn at, draw date, "
            "randomised at, randomized at, randomisation date, randomization date, arvottu, arvontapaiva, arvontapvm",
            likely=_DAYS,
        ),
        "arm": _ARM,
        "experiment": Words(sure="experiment, experiment id, trial, trial id, koe, kokeen nimi", likely="test, testi"),
        "stratum": Words(sure="stratum, strata, block, osite, ositus"),
    },
    "costs": {
        "customer_id": _CUSTOMER,
        "spent_at": Words(
            sure="spent at, spent on, work date, worked at, worked on, cost date, expense date, tyopaiva, tyopvm, "
            "kulupaiva, kustannuspaiva",
            likely=_DAYS,
        ),
        "hours": Words(
            sure="hours, hours worked, hours spent, work hours, duration hours, tunnit, tuntia, tyotunnit, tuntimaara, "
            "tehdyt tunnit",
            likely="h, time spent, duration, kesto",
        ),
        "amount": Words(
            sure="cost, cost amount, expense, expenses, service cost, cost to serve, kustannus, kustannukset, kulu, "
            "kulut",
            likely="amount, sum, total, summa, yhteensa",
        ),
        "activity": Words(sure="activity, task, work type, tehtava, toimenpide, tyolaji, tyon kuvaus, aktiviteetti"),
        "hourly_rate": Words(
            sure="hourly rate, hourly cost, cost per hour, rate per hour, tuntihinta, tuntitaksa, tuntikustannus, "
            "tuntipalkka, hinta h",
            likely="rate, taksa",
        ),
    },
    "feedback": {
        "customer_id": _CUSTOMER,
        "given_at": Words(
            sure="answered at, answer date, response date, responded at, response time, feedback date, survey date, "
            "review date, submitted at, vastattu, vastauspaiva, vastauspvm, vastausaika, palautepaiva, palautteen pvm, "
            "kyselypaiva",
            likely=_DAYS,
        ),
        "score": Words(
            sure="score, rating, nps, nps score, csat, csat score, satisfaction, stars, star rating, grade, arvosana, "
            "arvio, pisteet, pistemaara, tyytyvaisyys, suositteluhalukkuus, suositteluarvosana, "
            "suositteluarvio, suositteluarvio nps, nps arvosana, nps arvio, nps pisteet, tahdet",
            likely="answer, vastaus, points",
        ),
        "metric": Words(sure="metric, question, question type, mittari, kysymys", likely="survey, kysely"),
        "touchpoint": Words(
            sure="touchpoint, touch point, journey stage, kohtaamispiste, kosketuspiste, asiointikanava",
            likely="channel, kanava, vaihe",
        ),
        "employee": Words(
            sure="employee, employee id, employee number, agent, agent id, staff, staff id, tyontekija, "
            "tyontekijanumero, asiakaspalvelija, myyja",
        ),
        "store": _STORE,
    },
    "incidents": {
        "customer_id": _CUSTOMER,
        "occurred_at": Words(
            sure="occurred at, occurred on, incident date, failure date, complaint date, opened at, opened on, "
            "date opened, reported at, reported on, ilmoitettu, ilmoituspaiva, reklamaatiopaiva, reklamaation pvm, "
            "vikapaiva, tapahtunut, avattu",
            likely=f"tapahtumapaiva, {_DAYS}",
        ),
        "kind": Words(
            sure="incident, incident type, failure, failure type, complaint, complaint type, issue, issue type, "
            "problem, problem type, reklamaatio, reklamaation syy, reklamaation laji, vika, vian laji, virhe, ongelma",
            likely="kind, type, reason, category, laji, tyyppi, syy, luokka",
        ),
        "resolved_at": Words(
            sure="resolved at, resolved on, resolved, resolution date, closed at, closed on, date closed, solved at, "
            "fixed at, ratkaistu, ratkaisupaiva, suljettu, korjattu, hoidettu",
        ),
    },
    "referrals": {
        "referrer_id": Words(
            sure="referrer id, referrer, recommender id, recommender, inviter id, inviter, referred by, advocate, "
            "suosittelija, suosittelijan asiakasnumero, suosittelijan tunnus, kutsuja",
        ),
        "referred_id": Words(
            sure="referred id, referred, referee id, referee, invitee id, invitee, referred customer, new customer, "
            "new customer id, suositeltu, suositellun asiakasnumero, kutsuttu, uusi asiakas",
            likely=_CUSTOMER.sure,
        ),
        "referred_at": Words(
            sure="referred at, referral date, referred on, invited at, suosituspaiva, suosittelupaiva, suosituspvm, "
            "kutsupaiva",
            likely=_DAYS,
        ),
    },
    "events": {
        "session_id": Words(
            sure="session id, session, session number, session key, visit id, visit number, ga session id, istunto, "
            "istunnon tunnus, istuntotunnus, istunto id, kaynti, kaynnin tunnus, kayntitunnus, kaynti id",
        ),
        "occurred_at": Words(
            sure="occurred at, event time, event date, event timestamp, event datetime, event at, hit time, "
            "tapahtuma aika, tapahtumahetki",
            likely=f"tapahtumapaiva, tapahtumapvm, {_DAYS}",
        ),
        "step": Words(
            sure="step, step name, funnel step, event, event name, event type, event action, stage, funnel stage, "
            "page type, vaihe, askel, polun vaihe, tapahtuma, tapahtuman nimi, tapahtumatyyppi, toiminto",
            likely="action, page, type, sivu, tyyppi",
        ),
        "customer_id": _CUSTOMER,
        "channel": Words(
            sure="channel, device, device type, device category, kanava, laite, laitetyyppi",
            likely="source, platform, lahde, alusta",
        ),
    },
    "outcomes": {
        "arm": _ARM,
        "outcome": Words(
            sure="outcome, outcome value, tulos, vaste, lopputulos",
            likely="response, visit, visits, visited, conversion, converted, convert, purchase, purchased, purchases, "
            "repeat purchases, n orders, orders, bought, spend, spent, sales, revenue, kaynti, kaynnit, osti, ostot, "
            "tilaukset, myynti, re78",
        ),
        "customer_id": _CUSTOMER,
        "contribution": Words(sure="contribution, profit, margin, gross profit, kate, myyntikate, voitto"),
    },
}

MOMENTS = frozenset(
    heading
    for table, columns in HEADINGS.items()
    for column in TABLES[table].columns
    if column.kind == "moment"
    for heading in columns.get(column.name, Words()).ranked(column.name)
)
"""Headings of dates and times, as they are compared."""

FILE_WORDS: Mapping[str, tuple[str, ...]] = {
    "orders": (
        "order", "sale", "purchase", "transaction", "invoice", "receipt", "tilau", "myyn", "osto", "lasku", "kuit",
    ),
    "gestures": ("gesture", "gift", "elee", "elei", "lahja", "huomion", "yllat"),
    "assignments": ("assign", "trial", "draw", "arvon", "koe"),
    "costs": ("cost", "expense", "hour", "timelog", "kustann", "kulu", "tunti", "tunni"),
    "feedback": ("feedback", "nps", "csat", "survey", "review", "rating", "palaut", "kysely", "arvio"),
    "incidents": ("incident", "complaint", "ticket", "failure", "reklam", "vika", "viat", "virhe"),
    "referrals": ("referral", "suositt", "suositu"),
    "events": (
        "event", "clickstream", "session", "funnel", "tapahtum", "istunno", "istunto", "klikkau", "kaynn", "kaynti",
    ),
    "outcomes": ("outcome", "experiment", "tulos", "tulok"),
}  # fmt: skip
"""How a word in the name of a file begins, by the table that it hints at."""
_WHOLE_WORDS = {"ele": "gestures"}
"""Words that hint at a table where nothing else follows: electronics are no gestures."""
PIECES = frozenset(
    {"kpl", "maara", "kappalemaara", "lukumaara", "lkm", "kappaletta", "kappaleet", "quantity", "qty", "pieces", "pcs",
     "units"}
)  # fmt: skip
"""Words of a heading that make it one of quantities, and never of amounts of money."""
JOINED = Words(
    sure="joined, joined at, joined on, join date, date joined, signup date, sign up date, signed up, signed up at, "
    "registered, registered at, registered on, registration date, date registered, member since, customer since, "
    "account created, account created at, liittymispaiva, liittymispvm, liittymisaika, liittynyt, rekisteroitynyt, "
    "rekisteroitymispaiva, rekisteroitymispvm, rekisterointipaiva, jasenyys alkoi, jasenyys alkanut, asiakkuus alkoi, "
    "asiakkuus alkanut, asiakkuuden alku, asiakas alkaen"
)
"""When somebody became a customer, as a list of customers says it."""
OF_THE_ORDER = Words(
    sure="order total, order total amount, order amount, order value, order revenue, order sum, order subtotal, "
    "order subtotal amount, invoice amount, invoice total, invoice value, grand total, basket total, cart total, "
    "tilaussumma, tilauksen summa, tilauksen arvo, laskun summa, loppusumma"
)
"""Amounts that belong to a whole order, and not to one of its lines."""
STATUSES = Words(sure=", ".join(statuses.HEADINGS))
UNDONE = tuple(normal(word) for word in statuses.UNDONE)
"""How the word for an order that did not come to pass, or not yet, begins."""
DONE = (
    "complet", "process", "paid", "partial", "fulfil", "ship", "deliver", "clos", "done", "finish", "captur", "succe",
    "sent", "invoiced", "valmi", "maksettu", "toimite", "lahete", "kasitel", "kasittel", "osittain", "sulje",
    "laskute", "noudettu", "vahviste", "hyvaksy",
)  # fmt: skip
"""How the word for an order that is a sale begins, whatever part of it came back."""
TAKEN_BACK = Words(
    sure="refunded amount, order refund amount, refunded total, refund amount, refund total, cancelled at, "
    "canceled at, "
    "palautettu summa, hyvitetty summa, peruttu"
)


def hinted(name: str) -> frozenset[str]:
    """Return the tables at which words in the name of a file or a sheet hint.

    Examples
    --------
    >>> sorted(hinted("orders_export_1")), sorted(hinted("TilauksetJaPalaute")), sorted(hinted("elektroniikka"))
    (['orders'], ['feedback', 'orders'], [])
    """
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])", " ", name))
    plain = [normal(word) for word in words]
    begun = {table for table, starts in FILE_WORDS.items() if any(word.startswith(starts) for word in plain)}
    return frozenset(begun | {_WHOLE_WORDS[word] for word in plain if word in _WHOLE_WORDS})
