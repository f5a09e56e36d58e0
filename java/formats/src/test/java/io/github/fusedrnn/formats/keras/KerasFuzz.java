package io.github.fusedrnn.formats.keras;

import io.github.fusedrnn.formats.testing.HostileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The fuzzer's target for the files of Keras, archives and HDF5. */
public final class KerasFuzz {
    private KerasFuzz() {}

    public static String fuzzerTestOneInput(byte[] bytes) throws IOException {
        return HostileBytes.read(bytes, KerasImport::read);
    }

    public static List<byte[]> seeds() throws IOException {
        KerasWriter lstm = new KerasWriter();
        lstm.put("model_weights/lstm/lstm/cell/kernel:0", 1, 1, 4);
        lstm.put("model_weights/lstm/lstm/cell/recurrent_kernel:0", 1, 1, 4);
        lstm.put("model_weights/lstm/lstm/cell/bias:0", 1, 4);
        String config = KerasWriter.sequential(KerasWriter.layer("LSTM", "lstm", 1, ""));
        byte[] model = Files.readAllBytes(lstm.hdf5(HostileBytes.file(), config, "2.15.0"));
        byte[] weights = Files.readAllBytes(lstm.hdf5(HostileBytes.file(), "", ""));
        return List.of(
                model, weights, KerasConfigFuzz.archive(KerasConfigFuzz.seeds().get(0)));
    }
}
