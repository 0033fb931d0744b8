/** Numbers under which EF.SOD holds the hashes of a CIE's files. */
export const DataGroup = { nis: 0xa1, serial: 0xa2, certificate: 0xa3, internalKey: 0xa4, servicesKey: 0xa5, dh: 0x1b }
