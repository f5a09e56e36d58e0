package io.github.fusedrnn.formats.pytorch;

import io.github.fusedrnn.formats.testing.HostileBytes;
import java.io.IOException;
import java.util.List;

/** The fuzzer's target for the pickle inside a PyTorch checkpoint, whose archive with its checksums is always right. */
public final class PickleFuzz {
    private PickleFuzz() {}

    public static String fuzzerTestOneInput(byte[] pickle) throws IOException {
        CheckpointWriter archive = new CheckpointWriter();
        for (int bytes : new int[] {48, 48, 24, 24, 16}) {
            archive.storage("FloatStorage", new byte[bytes]);
        }
        archive.write(HostileBytes.file(), pickle);
        return HostileBytes.read(CheckpointFile::readLayers);
    }

    public static List<byte[]> seeds() {
        CheckpointWriter views = new CheckpointWriter();
        views.text("t").view("4", "DoubleStorage", 2, 0, new long[] {1, 2}, new long[] {1, 1});
        views.text("epoch").op('K', 3).text("loss").op(']', 'G', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 'a');
        views.text("nested").op('}', 'q', 0x7f, '(').text("self").op('h', 0x7f, 'u');
        return List.of(CheckpointFuzz.gru().pickled(), views.end().pickled());
    }
}
