package io.github.fusedrnn.formats.pytorch;

import io.github.fusedrnn.formats.testing.HostileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The fuzzer's target for the archive of a PyTorch checkpoint. */
public final class CheckpointFuzz {
    private CheckpointFuzz() {}

    public static String fuzzerTestOneInput(byte[] bytes) throws IOException {
        return HostileBytes.read(bytes, CheckpointFile::readLayers);
    }

    public static List<byte[]> seeds() throws IOException {
        return List.of(Files.readAllBytes(gru().write(HostileBytes.file())));
    }

    static CheckpointWriter gru() {
        return new CheckpointWriter()
                .text("weight_ih_l0")
                .tensor(new float[12], 6, 2)
                .text("weight_hh_l0")
                .tensor(new float[12], 6, 2)
                .text("bias_ih_l0")
                .tensor(new float[6], 6)
                .text("bias_hh_l0")
                .tensor(new float[6], 6)
                .end();
    }
}
