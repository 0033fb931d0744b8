#!/usr/bin/env python3
"""Carries bytes between a virtual card (stdin, stdout) and a vpcd reader (TCP port, first argument).

vpcd writes a message's length and its payload separately; with Nagle and delayed acknowledgement that costs
40 ms an APDU. Node cannot set TCP_QUICKACK, this can: 0.3 ms an APDU. When either side ends, it ends: to the
reader that is the card being pulled.
"""
import os
import socket
import sys
import threading


def card_to_reader(reader):
    while data := os.read(0, 65536):
        reader.sendall(data)
    reader.shutdown(socket.SHUT_RDWR)


def main():
    reader = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=card_to_reader, args=(reader,), daemon=True).start()
    while True:
        # The kernel forgets the wish with every segment.
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        data = reader.recv(65536)
        if not data:
            break
        os.write(1, data)


if __name__ == "__main__":
    try:
        main()
    except OSError as reason:
        sys.exit(str(reason))
