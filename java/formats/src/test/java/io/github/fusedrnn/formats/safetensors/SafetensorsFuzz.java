package io.github.fusedrnn.formats.safetensors;

import io.github.fusedrnn.formats.testing.HostileBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The fuzzer's target for safetensors files. */
public final class SafetensorsFuzz {
    private SafetensorsFuzz() {}

    public static String fuzzerTestOneInput(byte[] bytes) throws IOException {
        return HostileBytes.read(bytes, SafetensorsLayers::read);
    }

    public static List<byte[]> seeds() {
        String gru = "{\"__metadata__\":{\"format\":\"pt\"},"
                + tensor("rnn.weight_ih_l0", "F32", "[6,2]", 0, 48) + ","
                + tensor("rnn.weight_hh_l0", "F16", "[6,2]", 48, 72) + ","
                + tensor("rnn.bias_ih_l0", "BF16", "[6]", 72, 84) + ","
                + tensor("rnn.bias_hh_l0", "F64", "[6]", 84, 132) + "}";
        String other = "{" + tensor("a", "I64", "[1]", 0, 8) + "," + tensor("b", "F32", "[]", 8, 12) + "}  ";
        return List.of(file(gru, 132), file(other, 12), file("{}", 0));
    }

    private static String tensor(String name, String dtype, String shape, int begin, int end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    private static byte[] file(String header, int data) {
        return RawFile.bytes(header.getBytes(StandardCharsets.UTF_8), new byte[data]);
    }
}
