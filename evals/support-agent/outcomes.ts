/** What the agent says itself, and which rule it looks up after a decision. */
import type { Language } from "./config.ts";

type Text = Record<Language, string>;

/** The rule behind an outcome: the article that has it and the words to look for in it. */
export interface Rule {
  articles: Record<Language, string>;
  words: Text;
}

const rule = (en: string, enWords: string, de: string, deWords: string): Rule => ({
  articles: { en, de },
  words: { en: enWords, de: deWords },
});

const paidBackEn = "once refund issued money back original payment method business days";
const paidBackDe =
  "nach der Erstattung ist das Geld innerhalb Werktagen wieder auf dem ursprünglichen Zahlungsweg";
const freeEn = "Free plan refund possible only within days of delivery after refund desk approved";
const freeDe = "Im Free-Tarif Erstattung nur möglich Zustellung höchstens Tage Erstattungsstelle zugestimmt";
const proEn = "On the Pro plan we refund any delivered order directly within days of delivery";
const proDe =
  "Im Pro-Tarif erstatten wir jede zugestellte Bestellung direkt Zustellung höchstens Tage zurückliegt";
const returnEn = "return a device plan refund days after delivery time limit";
const returnDe = "Zurücksenden Tarif Erstattung zulässt Tage nach der Zustellung Frist";

// biome-ignore format: a table, one rule per row
export const rules = {
  "refund.enterprise": rule("kb-01", `Enterprise refunded immediately deadline approval ${paidBackEn}`, "kb-31", `Enterprise-Kunden Geld sofort zurück ohne Frist ${paidBackDe}`),
  "refund.pro": rule("kb-01", `${proEn} ${paidBackEn}`, "kb-31", `${proDe} ${paidBackDe}`),
  "refund.free": rule("kb-01", paidBackEn, "kb-31", paidBackDe),
  "refund.late.pro": rule("kb-01", proEn, "kb-31", proDe),
  "refund.late.free": rule("kb-01", freeEn, "kb-31", freeDe),
  "refund.again": rule("kb-01", `each order can be refunded once ${paidBackEn}`, "kb-31", `Jede Bestellung kann nur einmal erstattet werden ${paidBackDe}`),
  "refund.cancelled": rule("kb-06", "reserved amount released business days bank statement", "kb-35", "vorgemerkte Betrag freigegeben Werktagen Kontoauszug"),
  "refund.processing": rule("kb-01", "order still being processed is cancelled instead of refunded", "kb-31", "Bestellung in Bearbeitung wird storniert statt erstattet"),
  "refund.shipped": rule("kb-01", "order on its way has to arrive before we can refund it", "kb-31", "Bestellung die unterwegs ist muss erst ankommen"),
  "return.label": rule("kb-03", `return label valid days free of charge deduct ${returnEn}`, "kb-32", `Rücksendeetikett Tage gültig kostenlos ${returnDe}`),
  "return.late": rule("kb-03", returnEn, "kb-32", returnDe),
  "return.undelivered": rule("kb-03", returnEn, "kb-32", returnDe),
  "status.processing": rule("kb-05", "Processing packing business day", "kb-34", "In Bearbeitung packen höchstens Werktag"),
  "status.shipped": rule("kb-05", "Shipped carrier scanned parcel tracking number has not moved business days", "kb-34", "Versandt Paketdienst erfasst Sendungsnummer Werktage lang nichts getan"),
  "status.delivered": rule("kb-05", "delivered nothing there neighbours write within days", "kb-34", "zugestellt nichts da Nachbarschaft schreiben Tagen"),
  "status.cancelled": rule("kb-05", "cancelled and refunded mean what they say", "kb-34", "storniert und erstattet"),
  "status.refunded": rule("kb-05", "cancelled and refunded mean what they say", "kb-34", "storniert und erstattet"),
  "status.stuck": rule("kb-05", "tracking has not moved business days start a search with the carrier takes up to", "kb-34", "Werktage lang nichts getan Nachforschungsauftrag Nachforschung dauert bis zu Werktage"),
  "cancel.done": rule("kb-06", "cancelled free of charge status Processing reserved amount released business days", "kb-35", "Status In Bearbeitung kostenlos stornieren vorgemerkte Betrag Werktagen freigegeben"),
  "cancel.declined": rule("kb-06", "shipped can no longer be cancelled as long as its status is Processing every plan", "kb-35", "bereits versandt nicht mehr stornieren Solange Status In Bearbeitung hat kostenlos"),
  "address.done": rule("kb-07", "delivery address changed while status Processing confirmation by e-mail within minutes", "kb-36", "Lieferadresse Status In Bearbeitung Minuten Bestätigung per E-Mail"),
  "address.country": rule("kb-07", "new address has to be in the same country ship to another country cancel", "kb-36", "Adresse im selben Land anderes Land stornieren"),
  "address.declined": rule("kb-07", "parcel shipped no longer redirect carrier link tracking e-mail until day before delivery while status is Processing", "kb-36", "Paket versandt nicht mehr umleiten Link Versandmail bis Uhr Status In Bearbeitung"),
  "invoice.sent": rule("kb-08", "invoice PDF Orders Documents available years only goes to the e-mail address stored in the account", "kb-37", "PDF Bestellungen Dokumente Jahre abrufbar nur an die im Konto hinterlegte E-Mail-Adresse"),
  "invoice.none": rule("kb-08", "write an invoice on the day an order is shipped Orders Documents", "kb-37", "Rechnung schreiben wir an dem Tag Bestellung das Lager verlässt Dokumente"),
  "plan.up": rule("kb-10", "upgrade from Free to Pro takes effect at once pay only for days left", "kb-38", "Wechsel von Free zu Pro gilt sofort restlichen Tage"),
  "plan.down": rule("kb-10", "downgrade from Pro to Free takes effect at the end of the billing period", "kb-38", "Wechsel von Pro zu Free gilt ab dem Ende des Abrechnungszeitraums"),
  "plan.end": rule("kb-11", "end a monthly Pro subscription any time up to the last day of the billing period recordings kept for days", "kb-39", "monatliches Pro-Abo jederzeit bis zum letzten Tag des Abrechnungszeitraums kündigen Aufnahmen Tage lang"),
  "plan.same": rule("kb-09", "see your current plan under Settings Plan", "kb-38", "Ihren Tarif finden Sie unter Einstellungen Tarif"),
  "password.reset": rule("kb-12", "reset link is valid for minutes works once e-mail address stored new password characters", "kb-40", "Link Minuten gültig funktioniert einmal Passwort mindestens Zeichen"),
  "export.started": rule("kb-15", "export is ready within hours download link stays valid for days", "kb-41", "Export innerhalb von Stunden fertig Link bleibt Tage gültig"),
  "export.early": rule("kb-15", "one export can be started every hours", "kb-41", "alle Stunden ist ein Export möglich"),
  "warranty.ticket": rule("kb-17", "Every device comes with a warranty of months from delivery devices bought on the Enterprise plan device faulty send a replacement within business days", "kb-42", "Monate Garantie ab Zustellung Geräte die im Enterprise-Tarif gekauft Gerät defekt schicken innerhalb Werktagen Ersatz"),
} as const satisfies Record<string, Rule>;

export type Outcome = keyof typeof rules;

const text = (en: string, de: string): Text => ({ en, de });

/** One short line on what was done, or what is missing. */
// biome-ignore format: a table, one line per row
export const lines = {
  refund_order: text("Order {order} has been refunded.", "Bestellung {order} wurde erstattet."),
  request_refund_approval: text("An approval was requested for order {order}.", "Für Bestellung {order} wurde eine Freigabe beantragt."),
  create_return_label: text("A return label for order {order} has been created.", "Das Rücksendeetikett für Bestellung {order} wurde erstellt."),
  cancel_order: text("Order {order} has been cancelled.", "Bestellung {order} wurde storniert."),
  change_address: text("The delivery address of order {order} has been changed.", "Die Lieferadresse der Bestellung {order} wurde geändert."),
  send_invoice: text("The invoice for order {order} has been sent to the address in your account.", "Die Rechnung für Bestellung {order} wurde an die Adresse in Ihrem Konto geschickt."),
  plan_pro: text("Your plan has been changed to Pro.", "Ihr Tarif wurde auf Pro umgestellt."),
  plan_free: text("Your plan change to Free has been booked.", "Ihr Wechsel zu Free wurde vorgemerkt."),
  start_password_reset: text("A reset link has been sent to you.", "Ein Link zum Zurücksetzen wurde Ihnen geschickt."),
  export_data: text("The export of your data has been started.", "Der Export Ihrer Daten wurde gestartet."),
  open_ticket: text("Ticket {ticket} has been opened.", "Ticket {ticket} wurde angelegt."),
  status: text("The status of order {order} is: {status}.", "Der Status der Bestellung {order} ist: {status}."),
  declined: text("For order {order} that is not possible.", "Für Bestellung {order} ist das nicht möglich."),
  offer_cancel: text("Shall I cancel order {order} for you?", "Soll ich Bestellung {order} für Sie stornieren?"),
  not_found: text("Order {order} was not found; please check the order number.", "Bestellung {order} wurde nicht gefunden; bitte prüfen Sie die Bestellnummer."),
  ask_order: text("Please tell me the order number (A- and five digits).", "Bitte nennen Sie mir die Bestellnummer (A- und fünf Ziffern)."),
  ask_address: text("Please send the complete new address.", "Bitte schicken Sie die vollständige neue Adresse."),
  english_only: text("", "Dazu gibt es nur einen englischen Artikel:"),
  no_answer: text("I have no reliable answer to that; please write to help@fennbruck.example.", "Darauf habe ich keine verlässliche Antwort; bitte schreiben Sie an help@fennbruck.example."),
  greeting: text("Hello, this is the Fennbruck assistant.", "Hallo, hier ist der Fennbruck-Assistent."),
  thanks: text("You are welcome.", "Gern geschehen."),
  not_ours: text("I can only help with Fennbruck devices, orders and accounts.", "Ich kann nur bei Geräten, Bestellungen und Konten von Fennbruck helfen."),
} as const satisfies Record<string, Text>;

export type Line = keyof typeof lines;

/** What the customer reads in the app when a person takes over. */
// biome-ignore format: a table, one summary per row
export const summaries = {
  foreign_order: text("Our security desk looks at your question about {order}; nothing can be said about it here.", "Unsere Sicherheitsstelle prüft Ihre Anfrage zu {order}; hier ist dazu keine Auskunft möglich."),
  chargeback: text("Order {order}: a chargeback is open, so our billing desk takes over.", "Bestellung {order}: Es läuft eine Rückbuchung, deshalb übernimmt unsere Abrechnung."),
  chargeback_report: text("Your report of a chargeback{forOrder} goes to our billing desk.", "Ihre Meldung einer Rückbuchung{forOrder} geht an unsere Abrechnung."),
  refund_approval: text("Refund of order {order}: the approval was requested, and the refund desk decides within 2 business days.", "Erstattung der Bestellung {order}: Die Freigabe ist beantragt, die Erstattungsstelle entscheidet in bis zu 2 Werktagen."),
  enterprise_plan: text("An Enterprise plan is a contract; an account manager calls back within 2 business days.", "Ein Enterprise-Tarif ist ein Vertrag; ein Kundenbetreuer meldet sich innerhalb von 2 Werktagen."),
  security: text("Our security desk takes over to protect the account: it has to confirm your identity first.", "Unsere Sicherheitsstelle übernimmt, um das Konto zu schützen: Sie prüft zuerst, wer Sie sind."),
  deletion: text("Deletion of the account: our privacy desk writes to the e-mail address stored in the account.", "Löschung des Kontos: Unsere Datenschutzstelle schreibt an die im Konto hinterlegte E-Mail-Adresse."),
  others_data: text("Data about another person: our privacy desk takes over your request.", "Daten einer anderen Person: Unsere Datenschutzstelle übernimmt Ihre Anfrage."),
  safety_battery: text("Our safety desk takes over at once. Stop charging the pack. If it is swollen, hot or smoking, do not touch it: leave the room and call 112.", "Unsere Sicherheitsabteilung übernimmt sofort. Laden Sie den Akku nicht mehr. Ist er aufgebläht, heiß oder raucht er, fassen Sie ihn nicht an: Verlassen Sie den Raum und rufen Sie 112."),
  safety_lock: text("Our safety desk takes over at once. If a person is locked in and in danger, call 112 first. The mechanical key always opens.", "Unsere Sicherheitsabteilung übernimmt sofort. Ist jemand eingeschlossen und in Gefahr, rufen Sie 112. Der mechanische Schlüssel öffnet immer."),
} as const satisfies Record<string, Text>;

export type Summary = keyof typeof summaries;

/** Status names as the articles write them. */
export const statusNames: Record<string, Text> = {
  processing: text("Processing", "In Bearbeitung"),
  shipped: text("Shipped", "Versandt"),
  delivered: text("Delivered", "Zugestellt"),
  cancelled: text("Cancelled", "Storniert"),
  refunded: text("Refunded", "Erstattet"),
};

export function fill(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
