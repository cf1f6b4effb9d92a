"""The card client: what a counter's software does with a card, over any connection shaped like pyscard's.

    client ─ jpki · text · visual · common · card_application        what a counter asks of a card
      └ card        application open, PIN verified, doubt settled    pins · references · own_reader · doubt
          └ reading      files and objects                           files · token · signing · *_records · issuers
              └ link     one exchange: 61xx, 6Cxx, time, loss        connection · timed · losses
    words · status_table · status_words · faults · lost              what is said, in Japanese and English
    pcsc · atr                                                       real readers; optional, needs pyscard
    __main__ · command · desk · report                               python -m reference_impl.reader

Start with `client.CardClient`; docs/reader.md tells what it promises.
"""
