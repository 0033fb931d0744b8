import type { KeyFailure } from './failure.ts'
import type { IdentityFault } from './tls-identity.ts'
import type { TpmFailure } from './tpm.ts'

const TPM: Record<TpmFailure['kind'], string> = {
  'tpm-tools-missing': 'tpm2-tools are not installed on this machine',
  'tpm-absent': 'there is no TPM where the configuration says (keyProtection.tcti); is it switched on in the firmware?',
  'tpm-no-access': "the totem's user may not use the TPM: put it into the group tss",
  'tpm-busy': 'the TPM is busy with something else; nothing is lost, try again',
  'tpm-timeout': 'the TPM does not answer; nothing is lost, switch the machine off and on',
  'tpm-other':
    'these keys were wrapped by another TPM, or this one was cleared: put the disk back into its own machine, or provision this totem anew. Nothing was changed',
  'tpm-policy':
    'the TPM gives the keys back only to the system that they were bound to, and another one was booted. Nothing was changed',
  'tpm-failed': 'the TPM refused; nothing was changed',
}

const FILES: Record<(KeyFailure | IdentityFault)['kind'], string> = {
  'key-missing': 'is missing',
  'key-unreadable': 'cannot be read',
  'key-open-to-others': 'can be read by others than its owner: whoever could has it; make a new one, and chmod 600',
  'key-not-wrapped': 'lies in the clear: run `totem keys protect`',
  'key-wrapped': 'is wrapped by a TPM, and the configuration names none (keyProtection)',
  'key-damaged': 'is damaged, or was put in place of another one',
  'key-malformed': 'is not a private key of this kind',
  'not-owner': "belongs to the totem's user: run this command as that user",
  'blob-missing': 'is missing: the key that the TPM has wrapped the others with',
  'certificate-unreadable': 'is missing, or is no PEM certificate (gateway.certificate)',
  'certificate-other-totem': 'names another totem than `totem` in the configuration: whose certificate is it?',
  'certificate-other-key': 'belongs to another private key than the one in gateway.key',
  'authority-unreadable': 'is missing, or is no PEM certificate (gateway.ca)',
  'blob-damaged': 'is damaged: the key that the TPM has wrapped the others with',
}

/** Says to the technician what happened and what to do now; names files and codes only. */
export const explain = (failure: KeyFailure | TpmFailure | IdentityFault): string =>
  'file' in failure ? `${failure.file} ${FILES[failure.kind]}` : `${TPM[failure.kind]} (${failure.detail})`
