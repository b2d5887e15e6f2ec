import nodemailer from 'nodemailer';

export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** An iCalendar file to attach. */
  readonly calendar: string | null;
  /** The same for every attempt, so that a mail server can tell a repeat. */
  readonly messageId: string;
}

export interface Mailer {
  send(mail: OutgoingMail): Promise<void>;
}

/** The library's own are two and ten minutes, longer than the outbox leaves a mail to the server that took it. */
const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export function smtpMailer(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport({ url, ...PATIENCE });
  return {
    async send({ to, subject, text, html, calendar, messageId }) {
      await transport.sendMail({
        from,
        to,
        subject,
        text,
        html,
        messageId,
        ...(calendar && { icalEvent: { filename: 'mitoyen.ics', method: 'PUBLISH', content: calendar } }),
      });
    },
  };
}

/** Without a mail server mails stay in the database: the demo shows them on its outbox page. */
export const keptMailer: Mailer = { send: async () => {} };
