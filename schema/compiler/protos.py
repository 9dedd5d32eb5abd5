"""The descriptor set that protoc made: messages by full name, and messages without Go facts (CRI, containerd)."""
from google.protobuf import descriptor_pb2

F = descriptor_pb2.FieldDescriptorProto
SCALARS = {
    F.TYPE_STRING: "string", F.TYPE_BOOL: "bool", F.TYPE_INT32: "int32", F.TYPE_INT64: "int64",
    F.TYPE_UINT32: "uint32", F.TYPE_UINT64: "uint64", F.TYPE_FLOAT: "float32", F.TYPE_DOUBLE: "float64",
    F.TYPE_BYTES: "bytes", F.TYPE_ENUM: "int32", F.TYPE_MESSAGE: "message",
}


class Message:
    def __init__(self, full_name, proto, syntax, comments):
        self.full_name = full_name
        self.proto = proto
        self.syntax = syntax
        self.by_number = {f.number: f for f in proto.field}
        self.comments = comments  # None -> of the message, number -> of a field


def load(path):
    files = descriptor_pb2.FileDescriptorSet()
    files.ParseFromString(path.read_bytes())
    messages = {}
    for file in files.file:
        comments = {tuple(l.path): l.leading_comments for l in file.source_code_info.location if l.leading_comments}
        for i, proto in enumerate(file.message_type):
            add(messages, file.package, proto, file.syntax or "proto2", comments, (4, i))
    return messages


def add(messages, scope, proto, syntax, comments, path):
    full = f"{scope}.{proto.name}" if scope else proto.name
    own = {None: comments.get(path, "")}
    for i, field in enumerate(proto.field):
        own[field.number] = comments.get(path + (2, i), "")
    messages[full] = Message(full, proto, syntax, own)
    for i, nested in enumerate(proto.nested_type):
        add(messages, full, nested, syntax, comments, path + (3, i))
