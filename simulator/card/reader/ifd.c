/*
 * Virtual card reader: an IFD handler (version 3.0 of the interface) that pcscd loads as it loads any reader's driver.
 *
 * Each slot waits for a virtual card on a TCP port of 127.0.0.1 and speaks the frames of vpcd (the reader of vsmartcard)
 * with it: two bytes of length, big-endian, then as many bytes. A frame of one byte is for the card itself: 00 power off,
 * 01 power on, 02 reset (the card answers none of these). 04 asks for its answer to reset, which is empty for a mute card.
 * Any other frame is an APDU. Closing the connection pulls the card.
 *
 * Differences to vpcd: only this machine can put a card in. An APDU does not wait 40 ms (one write a frame, no delayed
 * acknowledgement). Arrival and removal are reported at once, and every removal is reported. The reader can be unplugged
 * and may have a keypad.
 *
 * DEVICENAME in reader.conf is /dev/null:PORT:FOLDER. Slot n waits at PORT + n. In FOLDER, the file "unplugged" exists
 * while the reader is unplugged, and "keypad" is the socket of a person who types. pcscd removes only USB readers from its
 * list (1.9.9; SIGUSR1 does nothing under libudev). A reader named in reader.conf becomes "unavailable", which is the same
 * to clients.
 *
 * Declarations are those of pcsc-lite's ifdhandler.h, wintypes.h and PC/SC part 10, so that no header is needed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef unsigned long DWORD;
typedef unsigned char UCHAR;
typedef long RESPONSECODE;
typedef struct { DWORD Protocol, Length; } SCARD_IO_HEADER;

enum { IFD_POWER_UP = 500, IFD_POWER_DOWN = 501, IFD_RESET = 502 };
enum {
  IFD_SUCCESS = 0, IFD_ERROR_TAG = 600, IFD_ERROR_POWER_ACTION = 608, IFD_COMMUNICATION_ERROR = 612,
  IFD_RESPONSE_TIMEOUT = 613, IFD_NOT_SUPPORTED = 614, IFD_ICC_PRESENT = 615, IFD_ICC_NOT_PRESENT = 616,
  IFD_NO_SUCH_DEVICE = 617,
};
enum {
  TAG_IFD_ATR = 0x0303, TAG_IFD_SLOT_THREAD_SAFE = 0x0FAC, TAG_IFD_THREAD_SAFE = 0x0FAD, TAG_IFD_SLOTS_NUMBER = 0x0FAE,
  TAG_IFD_SIMULTANEOUS_ACCESS = 0x0FAF, TAG_IFD_POLLING_THREAD_KILLABLE = 0x0FB1, TAG_IFD_STOP_POLLING_THREAD = 0x0FB2,
  TAG_IFD_POLLING_THREAD_WITH_TIMEOUT = 0x0FB3, SCARD_ATTR_VENDOR_NAME = 0x00010100, SCARD_ATTR_ATR_STRING = 0x00090303,
};
/* SCARD_CTL_CODE of pcsc-lite. The second number is made up here: a client learns it from the first. */
enum { GET_FEATURE_REQUEST = 0x42000000 + 3400, VERIFY_PIN_DIRECT = 0x42000000 + 3406, FEATURE_VERIFY_PIN_DIRECT = 0x06 };

enum { SLOTS = 2, MAX_ATR = 33, LONGEST_FRAME = 65535 };
enum { CARD_POWER_OFF = 0x00, CARD_POWER_ON = 0x01, CARD_RESET = 0x02, CARD_ASK_ATR = 0x04 };

static struct slot {
  int listener, card, wake, cable;
  UCHAR atr[MAX_ATR];
  DWORD atr_length;
  /* An APDU met the removal, and pcscd has not been told yet. */
  int left;
  /* pcscd's own thread waits for a card, because it has seen the slot empty. */
  int awaited;
} slots[SLOTS];

static char folder[PATH_MAX];

static struct slot *slot_of(DWORD lun) { return &slots[lun & 0xFFFF]; }

static int exists(const char *name) {
  char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return access(path, F_OK) == 0;
}

static int unplugged(void) { return exists("unplugged"); }

/* An APDU has met the removal. The socket stays open: the thread that waits for a movement closes it. */
static void has_left(struct slot *slot) {
  slot->left = 1;
  shutdown(slot->card, SHUT_RDWR);
}

static void let_go(struct slot *slot) {
  close(slot->card);
  slot->card = -1;
  slot->left = 0;
  slot->awaited = 0;
  slot->atr_length = 0;
}

static int send_frame(int fd, const UCHAR *bytes, size_t length) {
  static _Thread_local UCHAR frame[2 + LONGEST_FRAME];
  if (length > LONGEST_FRAME) return -1;
  frame[0] = length >> 8;
  frame[1] = length;
  memcpy(frame + 2, bytes, length);
  return send(fd, frame, 2 + length, MSG_NOSIGNAL) == (ssize_t)(2 + length) ? 0 : -1;
}

static int receive(int fd, UCHAR *bytes, size_t length) {
  while (length > 0) {
    ssize_t got = recv(fd, bytes, length, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return -1;
    bytes += got;
    length -= got;
  }
  return 0;
}

/* Length of the frame; -1 when the card has left or sends more than there is room for. */
static long receive_frame(int fd, UCHAR *bytes, size_t room) {
  UCHAR header[2];
  if (receive(fd, header, 2) != 0) return -1;
  size_t length = header[0] << 8 | header[1];
  return length <= room && receive(fd, bytes, length) == 0 ? (long)length : -1;
}

static int tell_card(struct slot *slot, UCHAR what) { return send_frame(slot->card, &what, 1); }

static RESPONSECODE power_up(struct slot *slot, UCHAR how) {
  UCHAR atr[LONGEST_FRAME];
  long length = -1;
  if (tell_card(slot, how) == 0 && tell_card(slot, CARD_ASK_ATR) == 0)
    length = receive_frame(slot->card, atr, sizeof atr);
  if (length < 0) {
    has_left(slot);
    return IFD_COMMUNICATION_ERROR;
  }
  /* A mute card. */
  if (length < 2 || length > MAX_ATR) return IFD_ERROR_POWER_ACTION;
  memcpy(slot->atr, atr, length);
  slot->atr_length = length;
  return IFD_SUCCESS;
}

/* Returns at the next movement: a card comes or goes, or the reader ends. */
static RESPONSECODE wait_for_movement(DWORD lun, int timeout_ms) {
  struct slot *slot = slot_of(lun);
  int card = slot->card;
  slot->awaited = card < 0;
  struct pollfd fds[] = {
      {.fd = slot->wake, .events = POLLIN},
      {.fd = slot->cable, .events = POLLIN},
      {.fd = card < 0 ? slot->listener : card, .events = card < 0 ? POLLIN : POLLRDHUP},
  };
  if (poll(fds, 3, timeout_ms) <= 0) return IFD_RESPONSE_TIMEOUT;
  /* pcscd also wakes this thread to review the power, and then it waits anew. */
  eventfd_t woken;
  eventfd_read(slot->wake, &woken);
  char changes[4096];
  while (read(slot->cable, changes, sizeof changes) > 0) continue;
  /* Pulling the cable also ends an APDU that is under way. */
  if (unplugged() && slot->card >= 0) has_left(slot);
  return IFD_SUCCESS;
}

static RESPONSECODE stop_waiting(DWORD lun) {
  eventfd_write(slot_of(lun)->wake, 1);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
  (void)lun, (void)channel;
  return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, char *device) {
  int port = 0;
  if ((lun & 0xFFFF) >= SLOTS || sscanf(device, "/dev/null:%d:%4095s", &port, folder) != 2 || unplugged())
    return IFD_NO_SUCH_DEVICE;
  struct slot *slot = slot_of(lun);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port + (lun & 0xFFFF)),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  int yes = 1;
  *slot = (struct slot){.card = -1, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  slot->cable = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  inotify_add_watch(slot->cable, folder, IN_CREATE | IN_DELETE);
  slot->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(slot->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(slot->listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(slot->listener, 8) != 0) {
    perror("virtual reader");
    close(slot->listener);
    close(slot->wake);
    close(slot->cable);
    return IFD_NO_SUCH_DEVICE;
  }
  return IFD_SUCCESS;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
  struct slot *slot = slot_of(lun);
  if (slot->card >= 0) let_go(slot);
  close(slot->listener);
  close(slot->wake);
  close(slot->cable);
  return IFD_SUCCESS;
}

static RESPONSECODE answer(const void *value, DWORD length, DWORD *room, UCHAR *to) {
  if (*room < length) return IFD_ERROR_TAG;
  memcpy(to, value, length);
  *room = length;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, DWORD *length, UCHAR *value) {
  struct slot *slot = slot_of(lun);
  static const UCHAR one = 1, none = 0, slot_count = SLOTS;
  static RESPONSECODE (*const wait)(DWORD, int) = wait_for_movement;
  static RESPONSECODE (*const stop)(DWORD) = stop_waiting;
  switch (tag) {
    case TAG_IFD_ATR:
    case SCARD_ATTR_ATR_STRING: return answer(slot->atr, slot->atr_length, length, value);
    case SCARD_ATTR_VENDOR_NAME: return answer("Totem", sizeof "Totem", length, value);
    case TAG_IFD_SLOTS_NUMBER: return answer(&slot_count, 1, length, value);
    case TAG_IFD_THREAD_SAFE:
    case TAG_IFD_SLOT_THREAD_SAFE:
    case TAG_IFD_SIMULTANEOUS_ACCESS: return answer(&one, 1, length, value);
    case TAG_IFD_POLLING_THREAD_KILLABLE: return answer(&none, 1, length, value);
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT: return answer(&wait, sizeof wait, length, value);
    case TAG_IFD_STOP_POLLING_THREAD: return answer(&stop, sizeof stop, length, value);
    default: return IFD_ERROR_TAG;
  }
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, UCHAR *value) {
  (void)lun, (void)tag, (void)length, (void)value;
  return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR p1, UCHAR p2, UCHAR p3) {
  (void)lun, (void)protocol, (void)flags, (void)p1, (void)p2, (void)p3;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, UCHAR *atr, DWORD *atr_length) {
  struct slot *slot = slot_of(lun);
  *atr_length = 0;
  if (slot->card < 0 || slot->left) return IFD_COMMUNICATION_ERROR;
  if (action == IFD_POWER_DOWN) {
    tell_card(slot, CARD_POWER_OFF);
    return IFD_SUCCESS;
  }
  RESPONSECODE result = power_up(slot, action == IFD_RESET ? CARD_RESET : CARD_POWER_ON);
  if (result != IFD_SUCCESS) return result;
  memcpy(atr, slot->atr, slot->atr_length);
  *atr_length = slot->atr_length;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send_pci, UCHAR *command, DWORD command_length,
                               UCHAR *response, DWORD *response_length, SCARD_IO_HEADER *receive_pci) {
  struct slot *slot = slot_of(lun);
  (void)receive_pci, (void)send_pci;
  DWORD room = *response_length;
  *response_length = 0;
  if (slot->card < 0 || slot->left) return IFD_COMMUNICATION_ERROR;
  long length = -1;
  if (send_frame(slot->card, command, command_length) == 0) length = receive_frame(slot->card, response, room);
  if (length < 0) {
    has_left(slot);
    return IFD_COMMUNICATION_ERROR;
  }
  *response_length = length;
  return IFD_SUCCESS;
}

/*
 * Reports every removal, even when the next card is already waiting, because no hand is quicker than a reader. One report
 * is not enough: pcscd also looks before it turns the power off, and forgets what it saw.
 */
RESPONSECODE IFDHICCPresence(DWORD lun) {
  struct slot *slot = slot_of(lun);
  if (unplugged()) {
    if (slot->card >= 0) let_go(slot);
    return IFD_COMMUNICATION_ERROR;
  }
  if (slot->card >= 0) {
    struct pollfd gone = {.fd = slot->card, .events = POLLRDHUP};
    if (!slot->left && poll(&gone, 1, 0) == 0) return IFD_ICC_PRESENT;
    let_go(slot);
    return IFD_ICC_NOT_PRESENT;
  }
  if (!slot->awaited) return IFD_ICC_NOT_PRESENT;
  slot->card = accept4(slot->listener, NULL, NULL, SOCK_CLOEXEC);
  if (slot->card < 0) return IFD_ICC_NOT_PRESENT;
  int yes = 1;
  setsockopt(slot->card, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return IFD_ICC_PRESENT;
}

/*
 * PC/SC part 10, PIN_VERIFY_STRUCTURE (2.5.2): offsets of the fields that this keypad uses. The APDU in abData has room
 * for the digits, which are ASCII from the first byte of its data on.
 */
enum { BTIMEROUT = 0, BMFORMATSTRING = 2, WPINMAXEXTRADIGIT = 5, ULDATALENGTH = 15, ABDATA = 19, FORMAT_ASCII = 0x82 };
enum { APDU_DATA = 5, DEFAULT_KEYPAD_S = 30 };

static RESPONSECODE status_word(unsigned sw, UCHAR *response, DWORD room, DWORD *length) {
  if (room < 2) return IFD_COMMUNICATION_ERROR;
  response[0] = sw >> 8;
  response[1] = sw;
  *length = 2;
  return IFD_SUCCESS;
}

/* Typed digits, up to their end of line; a bare end of line is the cancel key. -1: nothing was typed in time. */
static int typed(UCHAR *digits, int room, int timeout_s) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%.90s/keypad", folder);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), count = -1;
  struct pollfd keys = {.fd = fd, .events = POLLIN};
  if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && poll(&keys, 1, timeout_s * 1000) > 0) {
    count = recv(fd, digits, room, 0);
    while (count > 0 && digits[count - 1] == '\n') count--;
  }
  close(fd);
  return count;
}

static RESPONSECODE verify_pin(DWORD lun, const UCHAR *asked, DWORD asked_length, UCHAR *response, DWORD room,
                               DWORD *length) {
  UCHAR digits[32], apdu[64];
  if (asked_length < ABDATA + APDU_DATA) return IFD_COMMUNICATION_ERROR;
  DWORD apdu_length = asked_length - ABDATA;
  DWORD said = asked[ULDATALENGTH] | asked[ULDATALENGTH + 1] << 8;
  int most = asked[WPINMAXEXTRADIGIT], least = asked[WPINMAXEXTRADIGIT + 1];
  if (said != apdu_length || apdu_length > sizeof apdu || asked[BMFORMATSTRING] != FORMAT_ASCII ||
      most > (int)apdu_length - APDU_DATA)
    return status_word(0x6B80, response, room, length);
  memcpy(apdu, asked + ABDATA, apdu_length);
  int count = typed(digits, sizeof digits, asked[BTIMEROUT] ? asked[BTIMEROUT] : DEFAULT_KEYPAD_S);
  if (count < 0) return status_word(0x6400, response, room, length);
  if (count == 0) return status_word(0x6401, response, room, length);
  if (count < least || count > most) return status_word(0x6403, response, room, length);
  memcpy(apdu + APDU_DATA, digits, count);
  *length = room;
  RESPONSECODE result = IFDHTransmitToICC(lun, (SCARD_IO_HEADER){0}, apdu, apdu_length, response, length, NULL);
  explicit_bzero(digits, sizeof digits);
  explicit_bzero(apdu, sizeof apdu);
  return result;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, UCHAR *command, DWORD command_length, UCHAR *response, DWORD room,
                         DWORD *response_length) {
  *response_length = 0;
  if (code == VERIFY_PIN_DIRECT) return verify_pin(lun, command, command_length, response, room, response_length);
  if (code != GET_FEATURE_REQUEST) return IFD_NOT_SUPPORTED;
  static const UCHAR features[] = {FEATURE_VERIFY_PIN_DIRECT, 4, 0x42, 0x00, (3406 >> 8), (3406 & 0xFF)};
  if (!exists("keypad") || room < sizeof features) return IFD_SUCCESS;
  memcpy(response, features, sizeof features);
  *response_length = sizeof features;
  return IFD_SUCCESS;
}
