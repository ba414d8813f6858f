"""Signatures of banks on their files: XMLDSig in the statement, CMS around it or beside it.

A certificate is trusted because the policy names it, and for nothing else: no chain, no store of the system, no
network. What is read afterwards is what was signed, and nothing else of the file.
"""

from kgst.statements.signed.banks import Bank, Banks, Certificate, Trusted
from kgst.statements.signed.judging import ENDINGS, Verdict, judged

__all__ = ["ENDINGS", "Bank", "Banks", "Certificate", "Trusted", "Verdict", "judged"]
