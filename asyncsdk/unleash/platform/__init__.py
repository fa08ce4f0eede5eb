"""The Unleash live Platform: its client, and one module a resource with the models beside it."""

from .addons import Addon, AddonData
from .client import UnleashPlatform
from .devices import Verification
from .library import LibrarySession, Media, MediaUpload, ObjectKeys, SessionSolution, Solution
from .media import Concat, Crop
from .model import Company, Device, OfDevice, OfUser, Presigned, SessionFile, User
from .modelling import ModellingJob, ModellingTask, ModellingUpload, Stitch
from .plans import Plan
from .products import Product
from .recognition import RecognitionJob, RecognitionOptions
from .transfer.download import Download
from .transfer.upload import UploadResult
from .users import LogoUpload, StreamModel

__all__ = [
    "Addon",
    "AddonData",
    "Company",
    "Concat",
    "Crop",
    "Device",
    "Download",
    "LibrarySession",
    "LogoUpload",
    "Media",
    "MediaUpload",
    "ModellingJob",
    "ModellingTask",
    "ModellingUpload",
    "ObjectKeys",
    "OfDevice",
    "OfUser",
    "Plan",
    "Presigned",
    "Product",
    "RecognitionJob",
    "RecognitionOptions",
    "SessionFile",
    "SessionSolution",
    "Solution",
    "Stitch",
    "StreamModel",
    "UnleashPlatform",
    "UploadResult",
    "User",
    "Verification",
]
