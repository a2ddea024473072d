"""Files: incoming document attachments, paperclip attachments, printed documents, pictures."""

from integration.sandbox.entities.declare import (
    EntitySet,
    boolean,
    enum,
    guid,
    identity,
    integer,
    stamp,
    stream,
    text,
)
from integration.sandbox.entities.enums import (
    ATTACHMENT_ENTITY_BUFFER_DOCUMENT_TYPE,
    PICTURE_ENTITY_PARENT_TYPE,
)

ATTACHMENTS = EntitySet(
    name="attachments",
    entity="attachment",
    caption="Attachment Entity Buffer",
    fields=(
        identity(),
        guid("parentId"),
        text("fileName", 250),
        integer("byteSize"),
        stream("attachmentContent"),
        stamp(),
        enum("parentType", ATTACHMENT_ENTITY_BUFFER_DOCUMENT_TYPE),
    ),
    key=("id",),
    indexes=("parentId",),
    parent=("", "parentId"),
    reads_flat=False,
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

DOCUMENT_ATTACHMENTS = EntitySet(
    name="documentAttachments",
    entity="documentAttachment",
    caption="Attachment Entity Buffer",
    fields=(
        identity(),
        text("fileName", 250),
        integer("byteSize", ro=True),
        stream("attachmentContent"),
        enum("parentType", ATTACHMENT_ENTITY_BUFFER_DOCUMENT_TYPE),
        guid("parentId"),
        integer("lineNumber"),
        boolean("documentFlowSales"),
        boolean("documentFlowPurchase"),
        stamp(),
    ),
    key=("id",),
    indexes=("parentId",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

PDF_DOCUMENT = EntitySet(
    name="pdfDocument",
    entity="pdfDocument",
    caption="Attachment Entity Buffer",
    fields=(
        identity(),
        guid("parentId", ro=True),
        enum("parentType", ATTACHMENT_ENTITY_BUFFER_DOCUMENT_TYPE, ro=True),
        stream("pdfDocumentContent", ro=True),
    ),
    key=("id",),
    indexes=("parentId",),
)

PICTURES = EntitySet(
    name="pictures",
    entity="picture",
    caption="Picture Entity",
    fields=(
        identity(),
        enum("parentType", PICTURE_ENTITY_PARENT_TYPE, ro=True),
        integer("width", ro=True),
        integer("height", ro=True),
        text("contentType", 100, ro=True),
        stream("pictureContent"),
    ),
    key=("id",),
    may_modify=True,
    may_delete=True,
)

SETS = (
    ATTACHMENTS,
    DOCUMENT_ATTACHMENTS,
    PDF_DOCUMENT,
    PICTURES,
)
