/**
 * The CIE 3.0. The APDUs of one recognition, counted on the virtual card with a certificate of 1.5 kB, all in short APDUs and
 * with GET RESPONSE:
 *
 *   readCie    select                               2   1 on NXP, Actalis and Bit4id, where IAS is there from the reset
 *              EF.ID_Servizi                        1
 *              EF.Int.Kpub                          2   270 bytes
 *              EF.SOD                               8   9 with SHA-512 and PSS
 *   loginCie   DH domain                            5   3 on the first Gemalto; it also shows that CIE is still selected
 *              CA key of the terminals              2
 *              DH agreement                         4
 *              terminal proves itself to the card   7
 *              card proves itself to the terminal   3
 *              VERIFY                               1
 *              EF.Cert_CIE                          7   E7 bytes a time
 *              EF.Seriale                           0   1 when EF.SOD does not prove the certificate's document number
 *              signature                            3
 *                                                  45   43 to 46 in all
 */
export { type ExternalKey, loadExternalKey } from './external-key.ts'
export { type CieCard, loginCie } from './login.ts'
export { readCie } from './read.ts'
