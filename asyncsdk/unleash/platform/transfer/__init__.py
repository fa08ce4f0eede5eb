"""Files between this machine and the storage behind the Platform: presigned, in constant memory, whole or not at all."""
