"""Adds people of an LDIF to the database of a halted domain controller, by Samba's own rules.

Arguments: smb.conf, sam.ldb, people in one transaction. The LDIF comes on standard input.
"""

import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

parameters, database, at_once = sys.argv[1], sys.argv[2], int(sys.argv[3])
settings = LoadParm()
settings.load(parameters)
# Nothing of it outlives the test: it need not wait for the disk.
samdb = SamDB(database, session_info=system_session(), lp=settings, flags=ldb.FLG_NOSYNC)
people = [message for _, message in samdb.parse_ldif(sys.stdin.read())]
for begin in range(0, len(people), at_once):
    samdb.transaction_start()
    for person in people[begin : begin + at_once]:
        samdb.add(person)
    samdb.transaction_commit()
