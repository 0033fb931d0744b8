// tsyringe, inside @peculiar/x509, needs it loaded first.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import { KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension } from '@peculiar/x509'
import { signedApart } from '../anpr/certificate/seal.ts'
import { issue, privateKeyPem, rsaKeys, selfSigned } from '../pki/issue.ts'
import { AUTHORITY_VALIDITY, GOOD } from '../pki/plan.ts'

export type ReceiptKind =
  | 'accettazione'
  | 'non-accettazione'
  | 'avvenuta-consegna'
  | 'preavviso-errore-consegna'
  | 'errore-consegna'

/** What a provider says of one mail. */
export interface Told {
  kind: ReceiptKind
  /** Message-ID of the mail. */
  about: string
  sender: string
  receiver: string
  at?: Date
}

/** A provider of certified mail: it signs what it says (technical rules of PEC, DM 2 November 2005). */
export interface PecProvider {
  /** Who vouches for it, PEM. */
  authority: string
  /** A receipt, ready to be sent. `from`: another address in its From than its own. */
  receipt(told: Told, more?: { from?: string }): Promise<Buffer>
}

const TITLES: Record<ReceiptKind, string> = {
  accettazione: 'ACCETTAZIONE',
  'non-accettazione': 'AVVISO DI NON ACCETTAZIONE',
  'avvenuta-consegna': 'CONSEGNA',
  'preavviso-errore-consegna': 'AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO',
  'errore-consegna': 'AVVISO DI MANCATA CONSEGNA',
}

export async function createPecProvider(domain = 'pec.example'): Promise<PecProvider> {
  const ca = await selfSigned('CN=Simulated PEC CA TEST,C=IT', await rsaKeys(2048), AUTHORITY_VALIDITY)
  const box = `posta-certificata@${domain}`
  const keys = await rsaKeys(2048)
  const certificate = await issue(ca, `CN=Simulated PEC provider TEST,C=IT`, keys, GOOD, [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new SubjectAlternativeNameExtension([{ type: 'email', value: box }]),
  ])
  const seal = { certificate: certificate.toString('pem'), key: await privateKeyPem(keys) }
  return {
    authority: `${ca.certificate.toString('pem')}\n`,
    async receipt({ kind, about, sender, receiver, at = new Date() }, { from = box } = {}) {
      const identifier = `opec${randomBytes(10).toString('hex')}@${domain}`
      const data = daticert({ kind, about, sender, receiver, at, identifier, domain })
      const content = Buffer.from(
        [
          'Content-Type: multipart/mixed; boundary="inner"',
          '',
          '--inner',
          'Content-Type: text/plain; charset=utf-8',
          'Content-Transfer-Encoding: quoted-printable',
          '',
          `Il messaggio =C3=A8 stato trattato: ${TITLES[kind]}.`,
          '',
          '--inner',
          'Content-Type: application/xml; name="daticert.xml"',
          'Content-Transfer-Encoding: base64',
          'Content-Disposition: inline; filename="daticert.xml"',
          '',
          ...(Buffer.from(data)
            .toString('base64')
            .match(/.{1,76}/g) ?? []),
          '',
          '--inner--',
          '',
        ].join('\r\n'),
      )
      const signature = await signedApart(content, seal)
      return Buffer.concat([
        Buffer.from(
          [
            `From: "Posta Certificata" <${from}>`,
            `To: ${sender}`,
            `Subject: ${TITLES[kind]}: documento`,
            `Message-ID: <${identifier}>`,
            `X-Ricevuta: ${kind}`,
            `X-Riferimento-Message-ID: ${about}`,
            'MIME-Version: 1.0',
            'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg="sha-256";',
            ' boundary="outer"',
            '',
            'This is an S/MIME signed message',
            '--outer',
            '',
          ].join('\r\n'),
        ),
        content,
        Buffer.from(
          [
            '',
            '--outer',
            'Content-Type: application/pkcs7-signature; name="smime.p7s"',
            'Content-Transfer-Encoding: base64',
            '',
            ...(signature.toString('base64').match(/.{1,76}/g) ?? []),
            '',
            '--outer--',
            '',
          ].join('\r\n'),
        ),
      ])
    },
  }
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function daticert({
  kind,
  about,
  sender,
  receiver,
  at,
  identifier,
  domain,
}: Required<Told> & { identifier: string; domain: string }): string {
  const [yyyy, mm, dd] = at.toISOString().slice(0, 10).split('-')
  return `<?xml version="1.0" encoding="UTF-8"?>
<postacert tipo="${kind}" errore="${kind === 'errore-consegna' ? 'no-dest' : 'nessuno'}">
  <intestazione>
    <mittente>${escaped(sender)}</mittente>
    <destinatari tipo="certificato">${escaped(receiver)}</destinatari>
    <risposte>${escaped(sender)}</risposte>
    <oggetto>documento</oggetto>
  </intestazione>
  <dati>
    <gestore-emittente>${domain} TEST S.p.A.</gestore-emittente>
    <data zona="+0000"><giorno>${dd}/${mm}/${yyyy}</giorno><ora>${at.toISOString().slice(11, 19)}</ora></data>
    <identificativo>${escaped(identifier)}</identificativo>
    <msgid>${escaped(about)}</msgid>
    <ricevuta tipo="sintetica"/>
    <consegna>${escaped(receiver)}</consegna>
  </dati>
</postacert>
`
}
