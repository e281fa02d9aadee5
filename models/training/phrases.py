"""What customers write, by intent and language: requests, and reasons that may stand before them.

Everything is invented. `{order}` stands for the order as the customer calls it, `{address}` for a new address,
`{plan}` for a plan. A message is put together by `conversations.py`.
"""

GREETINGS = {
    "en": ["", "", "Hi, ", "Hello, ", "Good morning, ", "Dear team, "],
    "de": ["", "", "Hallo, ", "Guten Tag, ", "Moin, ", "Liebes Team, "],
}
CLOSINGS = {
    "en": ["", "", " Thanks.", " Thank you!", " Best regards", " Cheers"],
    "de": ["", "", " Danke.", " Vielen Dank!", " Viele Grüße", " LG"],
}
# How an order is called. The last ones name no number: the number has to be asked for.
ORDERS = {
    "en": (["order {id}", "{id}", "my order {id}", "order number {id}"], ["my order", "my last order", "the order"]),
    "de": (["Bestellung {id}", "{id}", "meine Bestellung {id}", "die {id}"], ["meine Bestellung", "die letzte Bestellung"]),
}
STREETS = ["Lindenweg", "Hafenstraße", "Mill Lane", "Birkenallee", "Station Road", "Gartenstraße", "High Street", "Am Deich"]
CITIES = ["Oldenburg", "Bremen", "Kiel", "Dublin", "Leeds", "Graz", "Bern", "Cork"]

ASKS_FOR_ORDER = {
    "en": "Which order is it about? Please send me the order number.",
    "de": "Um welche Bestellung geht es? Bitte nennen Sie mir die Bestellnummer.",
}
REDIRECTS = {
    "en": "I can help with orders, plans and accounts.",
    "de": "Ich helfe gern bei Bestellungen, Tarifen und Konten.",
}
CONTRACT = {
    "en": "Your plan is part of a contract, so our accounts team will call you.",
    "de": "Ihr Tarif ist Teil eines Vertrags, deshalb ruft unser Vertragsteam Sie an.",
}

NO_REASON = [""]
DISAPPOINTED = {
    "en": ["", "The camera is a disappointment.", "We do not need the hub after all.", "The lock looked better in the pictures.",
           "My flat is too small for three sensors.", "It was a gift and nobody likes it.", "The colour is not for me."],
    "de": ["", "Die Kamera enttäuscht mich.", "Den Hub brauchen wir doch nicht.", "Das Schloss sah auf den Bildern besser aus.",
           "Für drei Sensoren ist die Wohnung zu klein.", "Es war ein Geschenk und gefällt niemandem.", "Die Farbe ist nichts für mich."],
}
WAITING = {
    "en": ["", "The fitter comes on Friday.", "I have been at home all week.", "My neighbour got hers already.",
           "We are moving soon.", "I plan my weekend around it.", "The shop said two days."],
    "de": ["", "Am Freitag kommt der Monteur.", "Ich war die ganze Woche zu Hause.", "Die Nachbarin hat ihres schon.",
           "Wir ziehen bald um.", "Ich plane mein Wochenende danach.", "Im Laden hieß es zwei Tage."],
}
OFFICE = {
    "en": ["", "The accountant is asking.", "I am closing the books this week.", "The tax office wants papers.",
           "My employer pays half of it.", "We had an audit.", "I lost the old mail."],
    "de": ["", "Die Buchhaltung fragt nach.", "Diese Woche mache ich den Abschluss.", "Das Finanzamt will Belege.",
           "Mein Arbeitgeber zahlt die Hälfte.", "Bei uns war eine Prüfung.", "Die alte Mail ist weg."],
}
HOME = {
    "en": ["", "I work from home now.", "The children have moved out.", "We bought a second house.",
           "My brother set this up for me.", "I read your newsletter.", "It is the first of the month."],
    "de": ["", "Ich arbeite jetzt von zu Hause.", "Die Kinder sind ausgezogen.", "Wir haben ein zweites Haus gekauft.",
           "Mein Bruder hat das eingerichtet.", "Ich habe Ihren Newsletter gelesen.", "Heute ist Monatsanfang."],
}

# intent -> (reasons, requests by language)
REQUESTS = {
    "refund": (DISAPPOINTED, {
        "en": ["I want a refund for {order}.", "Please refund {order}.", "I would like my money back for {order}.",
               "Pay back what I paid for {order}.", "Can I get the money for {order} back?", "I expect a refund of {order}.",
               "Give me my money back, it is about {order}."],
        "de": ["Ich möchte eine Erstattung für {order}.", "Bitte erstatten Sie {order}.", "Ich hätte gern mein Geld für {order} zurück.",
               "Zahlen Sie mir zurück, was {order} gekostet hat.", "Kann ich das Geld für {order} zurückbekommen?",
               "Ich erwarte eine Erstattung, es geht um {order}.", "Geld zurück bitte, und zwar für {order}."],
    }),
    "return": (DISAPPOINTED, {
        "en": ["I want to send {order} back, please make a label.", "I need a return label for {order}.", "How about a return slip for {order}?",
               "Please prepare the return of {order}.", "I am going to return {order}.", "A label for sending back {order}, please."],
        "de": ["Ich schicke {order} zurück, bitte ein Etikett.", "Ich brauche ein Rücksendeetikett für {order}.",
               "Bekomme ich einen Retourenschein für {order}?", "Bitte bereiten Sie die Rücksendung vor, es geht um {order}.",
               "Ich will {order} zurückschicken.", "Ein Etikett zum Zurücksenden für {order}, bitte."],
    }),
    "order_status": (WAITING, {
        "en": ["Where is {order}?", "Has {order} been sent yet?", "What is the status of {order}?", "When does {order} arrive?",
               "Any news of {order}?", "I am still waiting for {order}."],
        "de": ["Wo bleibt {order}?", "Ist {order} schon verschickt?", "Wie ist der Stand, es geht um {order}?", "Wann kommt {order} an?",
               "Gibt es Neues, was {order} angeht?", "Ich warte immer noch, es geht um {order}."],
    }),
    "cancel_order": (WAITING, {
        "en": ["Please cancel {order}.", "Stop {order} before it ships.", "I do not want {order} any more, cancel it.",
               "I changed my mind, call off {order}.", "Can you cancel {order}?", "Cancellation of {order}, please."],
        "de": ["Bitte stornieren Sie {order}.", "Halten Sie {order} an, bevor das Paket rausgeht.", "Ich will {order} nicht mehr, bitte stornieren.",
               "Ich habe es mir anders überlegt, Storno für {order}.", "Können Sie {order} stornieren?", "Storno bitte, es geht um {order}."],
    }),
    "change_address": (WAITING, {
        "en": ["Please send {order} to {address}.", "The new address for {order} is {address}.", "Deliver {order} to {address} instead.",
               "I moved, {order} must go to {address}.", "Can {order} go to {address}?"],
        "de": ["Bitte schicken Sie {order} an {address}.", "Die neue Adresse für {order} ist {address}.", "Liefern Sie {order} lieber an {address}.",
               "Ich bin umgezogen, {order} muss an {address}.", "Kann {order} an {address} gehen?"],
    }),
    "invoice": (OFFICE, {
        "en": ["Send me the invoice for {order}.", "I need a receipt for {order}.", "Could I have the bill for {order}?",
               "The invoice of {order}, please.", "Please mail the receipt of {order}.", "There was no bill with {order}."],
        "de": ["Schicken Sie mir die Rechnung für {order}.", "Ich brauche einen Beleg für {order}.", "Könnte ich die Rechnung haben, es geht um {order}?",
               "Die Rechnung zu {order}, bitte.", "Bitte mailen Sie den Beleg, es geht um {order}.", "Bei {order} lag keine Rechnung."],
    }),
    "plan_change": (HOME, {
        "en": ["Please move me to {plan}.", "I want to switch to {plan}.", "Change my plan to {plan}.", "Can I have {plan} from now on?",
               "I would like {plan} instead.", "Put my account on {plan}."],
        "de": ["Bitte stellen Sie mich auf {plan} um.", "Ich möchte zu {plan} wechseln.", "Ändern Sie meinen Tarif in {plan}.",
               "Kann ich ab jetzt {plan} haben?", "Ich hätte lieber {plan}.", "Setzen Sie mein Konto auf {plan}."],
    }),
    "account_security": (HOME, {
        "en": ["I forgot my password.", "My password does not work any more.", "I need a new password.", "Please reset my password.",
               "How do I sign in without the password?", "Send me a link for a new password."],
        "de": ["Ich habe mein Passwort vergessen.", "Mein Passwort geht nicht mehr.", "Ich brauche ein neues Passwort.",
               "Bitte setzen Sie mein Passwort zurück.", "Wie melde ich mich ohne Passwort an?", "Schicken Sie mir einen Link für ein neues Passwort."],
    }),
    "data_privacy": (OFFICE, {
        "en": ["Give me a copy of my data.", "What do you store about me? Send me all of it.", "I want an export of my personal data.",
               "Please export everything you know about me.", "I ask for my data under the data protection law.", "Send me the data of my account."],
        "de": ["Geben Sie mir eine Kopie meiner Daten.", "Was speichern Sie über mich? Bitte alles schicken.", "Ich möchte einen Export meiner Daten.",
               "Bitte exportieren Sie alles, was Sie über mich wissen.", "Ich verlange meine Daten nach dem Datenschutzrecht.",
               "Schicken Sie mir die Daten meines Kontos."],
    }),
    "technical": (HOME, {
        "en": ["The hub goes offline every evening and a restart did not help.", "The camera shows no picture, I tried all the steps.",
               "The app crashes, even after a new installation.", "The sensor does not connect, I followed the guide twice.",
               "The alarm rings without a reason, the update changed nothing.", "The light does not react, and I have reset it already."],
        "de": ["Der Hub ist jeden Abend offline, ein Neustart half nicht.", "Die Kamera zeigt kein Bild, alle Schritte sind probiert.",
               "Die App stürzt ab, auch neu installiert.", "Der Sensor verbindet sich nicht, die Anleitung bin ich zweimal durch.",
               "Der Alarm geht grundlos los, das Update brachte nichts.", "Das Licht reagiert nicht, zurückgesetzt habe ich es schon."],
    }),
    "warranty": (WAITING, {
        "en": ["The lens broke by itself, this is a warranty claim.", "The button came off, please repair it under warranty.",
               "It stopped charging after a year, I want to use the guarantee.", "The case has a crack from the factory, please replace it.",
               "The display has a dead line, that is covered by the guarantee.", "The motor grinds, I claim the warranty."],
        "de": ["Die Linse ist von selbst gesprungen, ein Garantiefall.", "Der Knopf ist ab, bitte auf Garantie reparieren.",
               "Nach einem Jahr lädt es nicht mehr, ich nutze die Garantie.", "Das Gehäuse hat ab Werk einen Riss, bitte ersetzen.",
               "Die Anzeige hat eine tote Zeile, das deckt die Garantie.", "Der Motor knirscht, ich melde die Garantie an."],
    }),
    "product_safety": (HOME, {
        "en": ["The battery is hot and swollen.", "Smoke comes out of the charger.", "The battery pack smells burnt.",
               "The lock opens by itself at night.", "The charger gave me a shock.", "There are sparks at the plug of the hub."],
        "de": ["Der Akku ist heiß und aufgebläht.", "Aus dem Ladegerät kommt Rauch.", "Der Akku riecht verbrannt.",
               "Das Schloss öffnet sich nachts von selbst.", "Das Ladegerät hat mir einen Schlag versetzt.", "Am Stecker des Hubs sprühen Funken."],
    }),
    "smalltalk_or_other": (HOME, {
        "en": ["How are you today?", "Can you tell me a joke?", "Will it rain tomorrow?", "What is the capital of Peru?",
               "Do you like music?", "Who won the match last night?"],
        "de": ["Wie geht es Ihnen heute?", "Kennen Sie einen Witz?", "Regnet es morgen?", "Was ist die Hauptstadt von Peru?",
               "Mögen Sie Musik?", "Wer hat gestern das Spiel gewonnen?"],
    }),
}
