package io.github.fusedrnn.cudnn.gpu;

import static org.bytedeco.cuda.global.cudnn.*;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.bytedeco.cuda.global.cudart;

/**
 * Asks the machine's cuDNN what its documentation leaves open and the stand-in only assumes, and prints question and answer, one per
 * line. Statuses are cuDNN's: 0 = done, 3000 and above = not supported.
 */
public final class OpenQuestions {
    private static final int[] WIDTHS = {64, 128, 192, 256, 384, 512, 768, 1024, 1536};

    /** Largest H to ask about; the stand-in is slow. */
    private static final int WIDEST = Integer.getInteger("widest", 1536);

    private static final Map<String, Integer> CELLS =
            new TreeMap<>(Map.of("LSTM", CUDNN_LSTM, "GRU", CUDNN_GRU, "RNN", CUDNN_RNN_TANH));
    private static final Map<String, Integer> ALGORITHMS = new TreeMap<>(Map.of(
            "standard",
            CUDNN_RNN_ALGO_STANDARD,
            "persist",
            CUDNN_RNN_ALGO_PERSIST_STATIC,
            "smallh",
            CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H));

    private OpenQuestions() {}

    public static void main(String[] args) {
        System.out.println("cuDNN " + cudnnGetVersion());
        int[] unsorted = {2, 4, 1};
        ask(
                "null dropout descriptor, null devSeqLengths, unsorted lengths: statuses of descriptor, training step",
                () -> {
                    try (RawNetwork net = network(CUDNN_LSTM, CUDNN_RNN_ALGO_STANDARD, 8, 4, unsorted, 0)) {
                        return net.described + ", " + net.train();
                    }
                });
        ask("a row of length 0: statuses of inference, training step; its y", () -> {
            try (RawNetwork net = network(CUDNN_LSTM, CUDNN_RNN_ALGO_STANDARD, 8, 4, new int[] {2, 0, 4}, 0)) {
                int inference = net.forward(false);
                int training = net.train();
                float[] y = RawNetwork.read(net.y, 4 * 3 * 8);
                return inference + ", " + training + "; " + Arrays.toString(Arrays.copyOfRange(y, 8, 16));
            }
        });
        ask(
                "padding: y with fill value 0; dx where 7 stood before; does NaN in the padding of x and dy reach y,"
                        + " dx, dW",
                () -> padding(unsorted));
        ask("gradient of c where the cell clip binds (0 = as ours), and where it does not", OpenQuestions::clip);
        ask("do the weights lie the same for each algorithm", () -> {
            StringBuilder all = new StringBuilder();
            List<Long> first = null;
            for (Map.Entry<String, Integer> algorithm : ALGORITHMS.entrySet()) {
                try (RawNetwork net = network(CUDNN_LSTM, algorithm.getValue(), 64, 4, new int[] {4, 4}, 0)) {
                    List<Long> offsets = net.offsets();
                    first = first == null ? offsets : first;
                    all.append(algorithm.getKey())
                            .append(": ")
                            .append(offsets.equals(first))
                            .append(", reserve ");
                    all.append(net.reserveBytes).append(" bytes; ");
                }
            }
            return all.toString();
        });
        ask("same bits of dW in 50 training steps", OpenQuestions::sameBits);
        limits();
        System.exit(0); // cuDNN's threads, if it has any, are nobody's to wait for
    }

    private static RawNetwork network(int cell, int algorithm, int h, int t, int[] lengths, double clip) {
        return new RawNetwork(new RawNetwork.Setup(cell, algorithm, h, h, t, lengths, clip));
    }

    private static void ask(String question, Supplier<String> answer) {
        String told;
        try {
            told = answer.get();
        } catch (RuntimeException e) {
            told = "no answer: " + e.getMessage();
        }
        System.out.println("- " + question + ": " + told);
        cudart.cudaGetLastError();
    }

    private static String padding(int[] lengths) {
        int h = 8;
        int t = 4;
        try (RawNetwork net = network(CUDNN_GRU, CUDNN_RNN_ALGO_STANDARD, h, t, lengths, 0)) {
            float[] sevens = new float[t * 3 * h];
            Arrays.fill(sevens, 7);
            RawNetwork.write(net.dx, sevens);
            net.train();
            int last = ((t - 1) * 3 + 2) * h; // padding of the row of one step
            float y = RawNetwork.read(net.y, t * 3 * h)[last];
            float dx = RawNetwork.read(net.dx, t * 3 * h)[last];
            float[] clean = RawNetwork.read(net.dWeights, (int) (net.weightBytes / 4));
            for (var input : List.of(net.x, net.dy)) {
                float[] values = RawNetwork.read(input, t * 3 * h);
                for (int n = 0; n < 3; n++) {
                    for (int s = lengths[n]; s < t; s++) {
                        Arrays.fill(values, (s * 3 + n) * h, (s * 3 + n + 1) * h, Float.NaN);
                    }
                }
                RawNetwork.write(input, values);
            }
            net.train();
            float[] valid = Arrays.copyOf(RawNetwork.read(net.y, t * 3 * h), 3 * h);
            float[] dxValid = Arrays.copyOf(RawNetwork.read(net.dx, t * 3 * h), 3 * h);
            float[] dw = RawNetwork.read(net.dWeights, (int) (net.weightBytes / 4));
            return "y " + y + ", dx " + dx + "; y " + hasNaN(valid) + ", dx " + hasNaN(dxValid) + ", dW " + hasNaN(dw)
                    + ", dW has the same bits " + Arrays.equals(dw, clean);
        }
    }

    private static boolean hasNaN(float[] values) {
        for (float value : values) {
            if (Float.isNaN(value)) {
                return true;
            }
        }
        return false;
    }

    private static String clip() {
        StringBuilder all = new StringBuilder();
        for (double clip : new double[] {1e-3, 1e3}) {
            try (RawNetwork net = network(CUDNN_LSTM, CUDNN_RNN_ALGO_STANDARD, 1, 1, new int[] {1}, clip)) {
                RawNetwork.write(net.cx, new float[] {0.7f});
                int status = net.train();
                all.append("status ").append(status).append(", dcx ");
                all.append(RawNetwork.read(net.dcx, 1)[0]).append("; ");
            }
        }
        return all.toString();
    }

    private static String sameBits() {
        try (RawNetwork net = network(
                CUDNN_LSTM, CUDNN_RNN_ALGO_STANDARD, Math.min(256, WIDEST), 32, new int[] {32, 32, 32, 32}, 0)) {
            net.train();
            float[] first = RawNetwork.read(net.dWeights, (int) (net.weightBytes / 4));
            for (int i = 0; i < 50; i++) {
                net.train();
                if (!Arrays.equals(first, RawNetwork.read(net.dWeights, (int) (net.weightBytes / 4)))) {
                    return "false, at step " + i;
                }
            }
            return "true";
        }
    }

    /** Which algorithm supports which H: statuses of inference and of a training step. */
    private static void limits() {
        int[] lengths = new int[8];
        Arrays.fill(lengths, 16);
        CELLS.forEach((cell, cellCode) -> ALGORITHMS.forEach((name, code) -> {
            for (int h : Arrays.stream(WIDTHS).filter(width -> width <= WIDEST).toArray()) {
                ask(name + " " + cell + " H = " + h + ": statuses of descriptor, inference, training", () -> {
                    try (RawNetwork net = network(cellCode, code, h, 16, lengths, 0)) {
                        return net.described + ", " + net.forward(false) + ", " + net.train();
                    }
                });
            }
        }));
    }
}
