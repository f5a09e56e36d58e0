package io.github.fusedrnn.cudnn.fake;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;

/** Prints whether the backend is available in this process and whether layers run; for a JVM of its own. */
public final class BackendReport {
    private BackendReport() {}

    public static void main(String[] args) {
        for (BackendStatus status : Backends.report()) {
            if (status.kind() == BackendKind.CUDNN) {
                System.out.println("available: " + status.available() + ", " + status.reason());
            }
        }
        for (int i = 0; i < 2; i++) {
            try (Gru layer = Gru.builder(3, 4).backend(BackendKind.CUDNN).build();
                    FloatTensor x = layer.newInput(2, 2)) {
                layer.infer(x).close();
                System.out.println("ran on " + layer.backend());
            } catch (RuntimeException e) {
                System.out.println("refused: " + e);
            }
        }
        try (Gru layer = Gru.builder(3, 4).backend(BackendKind.REFERENCE).build();
                FloatTensor x = layer.newInput(2, 2)) {
            layer.infer(x).close();
            System.out.println("and the others run");
        }
    }
}
