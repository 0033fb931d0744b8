import { z } from 'zod'

/** How a person is named, in a row and in what a profile admits: codice fiscale, ID ANPR, identity card, residence permit, passport. */
export const keyKinds = ['CF', 'ID', 'CI', 'PS', 'PP'] as const
export const keyKind = z.enum(keyKinds)
export type KeyKind = (typeof keyKinds)[number]
export const keyNames: Record<KeyKind, string> = {
  ...{ CF: 'codice fiscale', ID: 'ID ANPR', CI: 'carta d’identità', PS: 'permesso di soggiorno', PP: 'passaporto' },
}

/** What a file may hold at most. */
export const FILE_ROWS = 100_000
export const FILE_BYTES = 20 * 1024 * 1024

/** How the text of a file can be written. A file that says nothing is UTF-8; Windows-1252 is taken when its sender says so. */
const fileEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const
export const fileEncoding = z.enum(fileEncodings)
export type FileEncoding = (typeof fileEncodings)[number]

/** Why nothing is asked for a row: these rows are `formale`. */
const rowFindings = [
  ...(['RIGA_COLONNE', 'CHIAVE_VUOTA', 'CHIAVE_DOPPIA', 'CHIAVE_TIPO', 'CHIAVE_NON_DISPONIBILE'] as const),
  ...(['CF_FORMA', 'CF_CONTROLLO', 'CF_PROVVISORIO', 'ID_FORMA', 'ID_CONTROLLO', 'DOCUMENTO_FORMA'] as const),
  ...(['DATA_FORMA', 'DATA_FUTURA', 'DATA_PRIMA', 'RIFERIMENTO_LUNGO', 'EXCEL', 'FORMULA', 'DATO_MANCANTE'] as const),
] as const
export type RowFinding = (typeof rowFindings)[number]

/** Why a file as a whole is not taken. */
const fileFindings = [
  ...(['FILE_VUOTO', 'FILE_GRANDE', 'FORMATO', 'CODIFICA', 'TROPPE_RIGHE', 'RECORD_LUNGO', 'VIRGOLETTE'] as const),
  ...(['INTESTAZIONE_ASSENTE', 'INTESTAZIONE_DOPPIA', 'COLONNA_SCONOSCIUTA', 'CHIAVE_ASSENTE'] as const),
] as const

/**
 * `kind`, and in `message` what it is and what to do now. `line`: in the file, from 1. `offer`: another way to read it, with the first
 * rows as they would be.
 */
export const fileRefusal = z.strictObject({
  kind: z.enum(fileFindings),
  message: z.string(),
  line: z.number().int().nullable(),
  offer: z.strictObject({ encoding: fileEncoding, preview: z.array(z.array(z.string())) }).nullable(),
})
export type FileRefusal = z.infer<typeof fileRefusal>

/** The answers: as CSV, a workbook, one page, all in an archive, or their account alone. */
export const resultForms = ['csv', 'xlsx', 'pdf', 'zip', 'riepilogo'] as const
const resultForm = z.enum(resultForms)
export type ResultForm = (typeof resultForms)[number]
/** Rows of one CSV, and of a workbook. */
export const PART_ROWS = 50_000

const part = z
  .number()
  .int()
  .min(1)
  .max(FILE_ROWS / PART_ROWS)
/** `part`: of CSV files that hold PART_ROWS rows each; 1 for what is in one piece. */
export const resultFiles = z.strictObject({
  files: z.array(z.strictObject({ form: resultForm, part, name: z.string() })),
})
export const downloadWish = z.strictObject({ form: resultForm, part })
/** `download`: opens the file once, until then, in the sessions of who asked. */
export const downloadLink = z.strictObject({ download: z.string(), name: z.string(), until: z.iso.datetime() })
export const downloadNamed = z.strictObject({ download: z.string().regex(/^[\w-]{43}$/) })
