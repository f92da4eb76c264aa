"""Every question in turn: python -m benchmarks [--quick] [--rounds 3] [--only NAME …]"""

from benchmarks import fanout, handshake, long_log, publish, resume, sections, slow_reader

if __name__ == "__main__":
    for script in (fanout, publish, handshake, resume, long_log, slow_reader, sections):
        script.main()
