"""What stands before a product on its machine: `python relay.py HOST PORT`, from that address to the port of loopback.

The reference's test surface listens on loopback alone; load from other machines has to come in somewhere.
"""

import asyncio
import sys


async def main(host: str, port: int) -> None:
    """Relay until standard input ends; prints the port it listens on."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, forth), _copy(back, writer))

    server = await asyncio.start_server(relay, host, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass  # one end is gone: the other is closed below
    finally:
        sink.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
