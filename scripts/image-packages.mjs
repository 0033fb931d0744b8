/** Debian packages that make an image. */
export const IMAGE_PACKAGES = [
  ...['mmdebstrap', 'erofs-utils', 'cryptsetup-bin', 'systemd-boot-efi', 'binutils', 'fdisk', 'dosfstools', 'mtools'],
  // A system as totems in service take it.
  ...['rauc', 'squashfs-tools'],
]
