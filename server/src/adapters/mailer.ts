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

export function smtpMailer(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport(url);
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
