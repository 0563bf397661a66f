import type { AccountTexts } from "../account-texts.ts";

/** The texts of the account page in German. */
export const german: AccountTexts = {
  title: "Ihr Konto",
  signedInAs: (name) => `Angemeldet als ${name}.`,
  signOut: "Abmelden",
  back: "Zurück zu Ihrem Konto",
  sections: {
    profile: "Profil",
    email: "E-Mail-Adresse",
    password: "Passwort",
    "second-factor": "Zwei-Faktor-Anmeldung",
    devices: "Vertrauenswürdige Geräte",
    passkeys: "Ihre Passkeys",
    providers: "Verknüpfte Konten",
    sessions: "Sitzungen",
    data: "Ihre Daten",
    delete: "Konto löschen",
  },
  done: {
    profile: "Ihr Profil wurde gespeichert.",
    email:
      "Wir haben einen Link an die neue Adresse gesendet, sofern sie verfügbar ist. Ihre bisherige Adresse bleibt, bis Sie den Link öffnen.",
    password: "Ihr Passwort wurde geändert. Alle anderen Sitzungen wurden beendet.",
    passwordMail:
      "Wir haben Ihnen eine E-Mail mit einem Link gesendet, um ein Passwort zu setzen.",
    secondFactorOff:
      "Die Zwei-Faktor-Anmeldung ist ausgeschaltet. Alle anderen Sitzungen wurden beendet.",
    device: "Das Gerät ist nicht mehr vertrauenswürdig.",
    passkeyAdded: "Der Passkey wurde hinzugefügt.",
    passkeyRenamed: "Der Passkey wurde umbenannt.",
    passkeyRemoved: "Der Passkey wurde entfernt.",
    linked: "Das Konto wurde verknüpft.",
    unlinked: "Die Verknüpfung wurde aufgehoben.",
    session: "Die Sitzung wurde beendet.",
    reauthenticated: "Vielen Dank. Sie können jetzt fortfahren.",
  },
  created: "Hinzugefügt",
  lastUsed: "Zuletzt verwendet",
  expires: "Bis",
  unknownDevice: "Unbekanntes Gerät",
  missing: "Diesen Eintrag gibt es nicht",
  missingText: "Vielleicht wurde er schon entfernt. Es hat sich nichts geändert.",
  lastMethod:
    "Das ist Ihre einzige Möglichkeit, sich anzumelden, und kann daher nicht entfernt werden. Setzen Sie zuerst ein Passwort oder fügen Sie eine andere hinzu.",
  linkFault: "Das Konto konnte nicht verknüpft werden. Bitte versuchen Sie es noch einmal.",
  linkFaults: {
    forbidden: "Sie haben beim Anbieter abgebrochen. Es wurde nichts verknüpft.",
    conflict:
      "Dieses Konto beim Anbieter gehört hier zu einer anderen Person. Es wurde nichts verknüpft.",
    unavailable:
      "Der Anbieter ist gerade nicht verfügbar. Bitte versuchen Sie es später noch einmal.",
    rate_limited:
      "Es gab zu viele Versuche. Bitte warten Sie einige Minuten und versuchen Sie es dann erneut.",
    reauthentication_required:
      "Das hat zu lange gedauert. Bestätigen Sie, dass Sie es sind, und versuchen Sie es noch einmal.",
  },
  code: {
    ofApp: "Code Ihrer Authenticator-App",
    orRecoveryCode: "Code Ihrer Authenticator-App oder ein Wiederherstellungscode",
    wrong: "Der Code ist falsch, benutzt oder abgelaufen.",
  },
  profile: {
    name: "Name",
    username: "Benutzername",
    usernameHint: "2 bis 64 Buchstaben, Ziffern, Punkte, Binde- und Unterstriche.",
    phone: "Telefonnummer",
    avatar_url: "Adresse Ihres Bildes",
    locale: "Sprache der E-Mails",
    noLanguage: "Nicht gewählt",
    save: "Profil speichern",
    wrong: {
      name: "Dieser Name kann nicht verwendet werden.",
      username: "Dieser Benutzername kann nicht verwendet werden. Bitte wählen Sie einen anderen.",
      phone: "Das ist keine Telefonnummer.",
      avatar_url: "Das ist keine Internetadresse.",
    },
    usernameTaken: "Dieser Benutzername ist schon vergeben. Bitte wählen Sie einen anderen.",
  },
  email: {
    verified: "bestätigt",
    unverified: "nicht bestätigt",
    change: "E-Mail-Adresse ändern",
    newEmail: "Neue E-Mail-Adresse",
    button: "Link senden",
    domain: "E-Mail-Adressen dieser Domain werden nicht angenommen.",
    present: "Das ist Ihre jetzige Adresse.",
  },
  password: {
    present: "Jetziges Passwort",
    wrong: "Das Passwort ist falsch.",
    missing: "Geben Sie Ihr Passwort ein.",
    chosen: "Neues Passwort",
    confirmation: "Neues Passwort wiederholen",
    button: "Passwort ändern",
    none: "Ihr Konto hat kein Passwort. Sie können eines setzen, mit einem Link, den wir an Ihre E-Mail-Adresse senden.",
    setButton: "Link senden",
  },
  secondFactor: {
    off: "Ausgeschaltet. Mit ihr brauchen Sie zum Anmelden außer dem Passwort den Code einer App auf Ihrem Telefon.",
    on: (codes) => `Eingeschaltet. Unbenutzte Wiederherstellungscodes: ${codes}.`,
    setUp: "Zwei-Faktor-Anmeldung einrichten",
    setUpButton: "Einrichten",
    isOn: "Die Zwei-Faktor-Anmeldung ist bereits eingeschaltet.",
    setUpTitle: "Zwei-Faktor-Anmeldung einrichten",
    scan: "Scannen Sie diesen Code mit Ihrer Authenticator-App.",
    qrCode: "QR-Code für die Authenticator-App",
    typeInstead: "Wenn Sie ihn nicht scannen können, geben Sie diesen Schlüssel in der App ein:",
    thenCode:
      "Geben Sie dann den Code ein, den die App zeigt. Der Schlüssel wird nur jetzt angezeigt.",
    enableButton: "Einschalten",
    codeAgain:
      "Geben Sie den Code ein, den die App jetzt zeigt. Wenn die App keinen Eintrag für dieses Konto hat, beginnen Sie von vorn.",
    startAgain: "Die Einrichtung gilt nicht mehr. Beginnen Sie in Ihrem Konto von vorn.",
    enabled: "Die Zwei-Faktor-Anmeldung ist eingeschaltet",
    newCodes: "Ihre neuen Wiederherstellungscodes",
    codesText:
      "Jeder dieser Wiederherstellungscodes ersetzt einmal einen Code der App, zum Beispiel wenn Sie Ihr Telefon verloren haben.",
    codesOnce:
      "Sie werden nur jetzt angezeigt. Drucken Sie sie aus oder bewahren Sie sie in einem Passwortmanager auf.",
    kept: "Ich habe die Codes aufbewahrt",
    replaceCodes: "Neue Wiederherstellungscodes",
    newCodesButton: "Wiederherstellungscodes ersetzen",
    disable: "Zwei-Faktor-Anmeldung ausschalten",
    disableButton: "Ausschalten",
  },
  devices: {
    text: "Auf diesen Geräten melden Sie sich ohne den zweiten Faktor an.",
    none: "Es gibt kein Gerät, auf dem Sie sich ohne den zweiten Faktor anmelden.",
    button: "Vertrauen entziehen",
  },
  passkeys: {
    text: "Mit einem Passkey melden Sie sich per Fingerabdruck, Gesicht oder PIN an, ohne Passwort.",
    none: "Sie haben keinen Passkey.",
    name: "Name des Passkeys",
    wrongName: "Geben Sie einen Namen mit höchstens 64 Zeichen ein.",
    add: "Passkey hinzufügen",
    fault: "Der Passkey wurde nicht hinzugefügt. Bitte versuchen Sie es noch einmal.",
    rename: "Umbenennen",
    saveName: "Namen speichern",
    remove: "Entfernen",
  },
  providers: {
    none: "Kein Konto ist verknüpft.",
    unlink: "Verknüpfung aufheben",
    linkButton: (name) => `${name} verknüpfen`,
    linkTitle: (name) => `${name} verknüpfen`,
    linkText: (name, email) =>
      `Ihr Konto bei ${name} wird mit Ihrem Konto ${email} verknüpft. Danach können Sie sich mit ${name} anmelden.`,
    failed: "Das Konto konnte nicht verknüpft werden. Bitte versuchen Sie es noch einmal.",
    continueTitle: (name) => `Weiter bei ${name}`,
    continueText:
      "Wenn Ihr Browser nicht von selbst fortfährt, verwenden Sie die Schaltfläche.",
    continueButton: (name) => `Weiter zu ${name}`,
  },
  confirmLink: {
    title: (name) => `Ihr Konto bei ${name} verknüpfen?`,
    text: (name, email) =>
      `Ihr Konto bei ${name} wird mit dem Konto ${email} verknüpft. Eine Anmeldung mit ${name} öffnet dann dieses Konto.`,
    warning:
      "Fahren Sie nur fort, wenn das Ihr Konto ist und Sie dies gerade angefordert haben. Wenn Ihnen jemand den Link gesendet hat, schließen Sie diese Seite.",
    button: (name) => `${name} verknüpfen`,
    other: (email) =>
      `Dieser Link ist für das Konto ${email}, und Sie sind mit einem anderen Konto angemeldet. Es wurde nichts verknüpft. Wenn Ihnen jemand den Link gesendet hat, schließen Sie diese Seite.`,
    invalid: "Dieser Link funktioniert nicht",
    invalidText:
      "Vielleicht ist er abgelaufen oder wurde schon benutzt. Fordern Sie ihn in der Anwendung noch einmal an.",
  },
  sessions: {
    text: "Hier sind Sie angemeldet:",
    current: "dieser Browser",
    began: "Angemeldet",
    address: "IP-Adresse",
    button: "Sitzung beenden",
    everywhere: "Überall abmelden",
    signedOut: "Sie sind abgemeldet",
    signedOutText: "Sie können diese Seite schließen oder sich wieder anmelden.",
    signIn: "Anmelden",
  },
  data: {
    text: "Laden Sie alles, was über Sie gespeichert ist, als Datei im Format JSON herunter.",
    download: "Ihre Daten herunterladen",
  },
  deletion: {
    text: "Wenn Sie Ihr Konto löschen, werden Sie überall abgemeldet. Das lässt sich nicht rückgängig machen.",
    open: "Konto löschen",
    confirm: "Ich möchte mein Konto löschen",
    confirmFault: "Bestätigen Sie, dass Sie Ihr Konto löschen möchten.",
    lastAdmin:
      "Außer Ihnen gibt es niemanden, der das System verwaltet. Daher kann Ihr Konto nicht gelöscht werden.",
    button: "Konto löschen",
    doneTitle: "Ihr Konto wurde gelöscht",
    doneText: "Sie wurden überall abgemeldet. Sie können diese Seite schließen.",
  },
  reauthentication: {
    title: "Bestätigen Sie, dass Sie es sind",
    text: "Für diese Änderung müssen wir wissen, dass Sie es sind.",
    button: "Bestätigen",
    withPasskey: "Mit einem Passkey bestätigen",
    fault: "Der Passkey wurde nicht angenommen. Bitte versuchen Sie es noch einmal.",
    signInAgain: "Stattdessen neu anmelden",
  },
};
