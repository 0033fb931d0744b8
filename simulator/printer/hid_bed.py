#!/usr/bin/python3
"""A bed with a virtual USB-HID printer (/dev/hidraw0) for the processes that are started with the environment it prints.

usage: hid_bed.py SOCKET VENDOR PRODUCT     (ids in hex; run it with /usr/bin/python3)

libumockdev gives such a process (through LD_PRELOAD, inherited by its children) a sysfs/udev tree with one hidraw
device and answers the HIDIOCGRDESCSIZE / HIDIOCGRDESC / HIDIOCGRAWINFO ioctls, so an unmodified node-hid (hidapi,
hidraw backend) enumerates, opens, writes and reads it. The process's output arrives on the Unix socket SOCKET, and
data from the printer behind SOCKET becomes its input. The device file is a pty, which keeps no report boundaries, so
both sides cut the stream at the report size. Every report that node-hid writes starts with the report id byte (00).

First line out: {"env": {...}}. Lines in: "unplug" and "plug", each answered by {"plugged": bool}; a printer that comes
back is hidraw1, hidraw2 and so on. It serves until its stdin closes. Needs Debian's python3-gi, gir1.2-umockdev-1.0, umockdev.
"""
import json
import os
import select
import socket
import sys

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

# One vendor-defined collection, 63-byte input and output reports without report ids.
REPORT_DESCRIPTOR = bytes.fromhex("0600FF0901A1010902150026FF007508953F810209031500" "26FF007508953F9102C0")
HIDIOCGRDESC_BYTES = 4096

USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-1"


def device_tree(vendor, product, node):
    hid = f"{USB}/1-1:1.0/0003:{vendor:04X}:{product:04X}.0001"
    text = f"""\
P: {USB}
N: bus/usb/001/002
E: DEVNAME=/dev/bus/usb/001/002
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
E: BUSNUM=001
E: DEVNUM=002
A: idVendor={vendor:04x}
A: idProduct={product:04x}
A: bcdDevice=0100
A: manufacturer=Virtual
A: product=Thermal Printer
A: serial=VP0001
A: busnum=1
A: devnum=2

P: {USB}/1-1:1.0
E: DEVTYPE=usb_interface
E: SUBSYSTEM=usb
A: bInterfaceNumber=00
A: bInterfaceClass=03

P: {hid}
E: SUBSYSTEM=hid
E: HID_ID=0003:{vendor:08X}:{product:08X}
E: HID_NAME=Virtual Thermal Printer
E: HID_PHYS=usb-0000:00:14.0-1/input0
E: HID_UNIQ=VP0001
H: report_descriptor={REPORT_DESCRIPTOR.hex().upper()}

P: {hid}/hidraw/{node}
N: {node}
E: DEVNAME=/dev/{node}
E: MAJOR=240
E: MINOR={node[len('hidraw'):]}
E: SUBSYSTEM=hidraw
L: device=../..
"""
    # From leaf to root: a folder that still has children cannot go.
    return text, [f"/sys{path}" for path in (f"{hid}/hidraw/{node}", hid, f"{USB}/1-1:1.0", USB)]


def ioctl_script(vendor, product, node):
    descriptor = len(REPORT_DESCRIPTOR).to_bytes(4, "little") + REPORT_DESCRIPTOR
    descriptor += bytes(4 + HIDIOCGRDESC_BYTES - len(descriptor))
    # struct hidraw_devinfo: bus type USB, vendor, product
    info = (3).to_bytes(4, "little") + vendor.to_bytes(2, "little") + product.to_bytes(2, "little")
    return (
        f"@DEV /dev/{node}\n"
        f"HIDIOCGRDESCSIZE 0 {descriptor[:4].hex().upper()}\n"
        f"HIDIOCGRDESC 0 {descriptor.hex().upper()}\n"
        f"HIDIOCGRAWINFO 0 {info.hex().upper()}\n"
    )


class Bed:
    def __init__(self, vendor, product):
        self.ids = (vendor, product)
        self.testbed = UMockdev.Testbed.new()
        self.root = self.testbed.get_root_dir()
        self.plugs = 0
        self.device = None
        self.plug()

    def plug(self):
        if self.device is not None:
            return
        # A name of its own each time, as a kernel may give: umockdev keeps those of removed devices for ever.
        self.node = f"hidraw{self.plugs}"
        self.plugs += 1
        tree, self.paths = device_tree(*self.ids, self.node)
        self.testbed.add_from_string(tree)
        script = os.path.join(self.root, f"{self.node}.ioctl")
        with open(script, "w") as handle:
            handle.write(ioctl_script(*self.ids, self.node))
        self.testbed.load_ioctl(f"/dev/{self.node}", script)
        self.device = self.testbed.get_dev_fd(f"/dev/{self.node}")  # the pty's other end
        os.set_blocking(self.device, False)
        # The device process may be another, ordinary user.
        for folder, _, files in os.walk(self.root):
            os.chmod(folder, 0o755)
            for name in files:
                # 777 also on the ioctl sockets: connecting needs write permission
                os.chmod(os.path.join(folder, name), 0o777)

    def unplug(self):
        if self.device is None:
            return
        for path in self.paths:
            self.testbed.remove_device(path)
        os.unlink(os.path.join(self.root, "dev", self.node))
        # Hanging up the pty is what makes open handles fail, as on a pulled cable.
        os.close(self.device)
        self.device = None


def say(message):
    print(json.dumps(message), flush=True)


def main():
    path, vendor, product = sys.argv[1], int(sys.argv[2], 16), int(sys.argv[3], 16)
    bed = Bed(vendor, product)
    printer = socket.socket(socket.AF_UNIX)
    # As little as the kernel allows: USB has no buffer of its own, a printer that reads nothing must be felt at once.
    printer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    printer.connect(path)
    printer.setblocking(False)
    say({"env": {"LD_PRELOAD": "libumockdev-preload.so.0", "UMOCKDEV_DIR": bed.root}})

    to_printer = b""
    to_device = b""
    nobody_listens = False
    while True:
        reading = [sys.stdin, printer]
        # A pty whose other end nobody has open is always ready and fails with EIO: look again a little later.
        if bed.device is not None and not to_printer and not nobody_listens:
            reading.append(bed.device)
        writing = ([printer] if to_printer else []) + ([bed.device] if to_device and bed.device is not None else [])
        ready, free, _ = select.select(reading, writing, [], 0.02 if nobody_listens else None)
        nobody_listens = False
        if sys.stdin in ready:
            command = sys.stdin.readline().strip()
            if not command:
                return
            bed.plug() if command == "plug" else bed.unplug()
            to_printer = to_device = b""
            say({"plugged": bed.device is not None})
            continue
        if bed.device in ready:
            try:
                to_printer = os.read(bed.device, 4096)
            except OSError:
                nobody_listens = True
        if printer in ready:
            data = printer.recv(4096)
            if not data:
                return
            if bed.device is not None:
                to_device += data
        if printer in free:
            to_printer = to_printer[printer.send(to_printer) :]
        if bed.device in free:
            to_device = to_device[os.write(bed.device, to_device) :]


if __name__ == "__main__":
    main()
