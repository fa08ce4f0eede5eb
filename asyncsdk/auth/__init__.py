"""The signers: keys, the Zephr hash, AWS Signature Version 4, and where credentials come from."""
