package io.github.fusedrnn.peers.onnxruntime;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One protobuf message, written field by field: ONNX's schema would bring a compiler, a plugin and 30,000 generated lines for a dozen fields. */
final class Message {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    /** Writes one field. */
    private interface Field {
        void write(CodedOutputStream out) throws IOException;
    }

    Message number(int field, long value) {
        return put(to -> to.writeInt64(field, value));
    }

    Message text(int field, String value) {
        return put(to -> to.writeString(field, value));
    }

    Message bytes(int field, byte[] value) {
        return put(to -> to.writeBytes(field, ByteString.copyFrom(value)));
    }

    Message message(int field, Message value) {
        return bytes(field, value.toBytes());
    }

    byte[] toBytes() {
        put(CodedOutputStream::flush);
        return bytes.toByteArray();
    }

    private Message put(Field field) {
        try {
            field.write(out);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("write to memory", e);
        }
    }
}
