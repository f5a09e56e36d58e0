package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceBlock;
import io.github.fusedrnn.cudnn.internal.device.HostBlock;
import io.github.fusedrnn.cudnn.internal.device.Span;
import io.github.fusedrnn.weights.ParameterSpec;
import io.github.fusedrnn.weights.ParameterSpec.Kind;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * Maps the canonical block to cuDNN's weight space of a stage, as cudnnGetRNNWeightParams reports it. Both are divided into the longest pieces
 * that are contiguous in both; the canonical gate orders are cuDNN's (LSTM i f g o, GRU r z n), so that on the real library these are few. The
 * layout may depend on the algorithm: cuDNN does not promise otherwise. Immutable, free to share.
 *
 * @param bytes of the weight space
 * @param pieces by canonical offset
 */
record WeightMap(long bytes, List<Piece> pieces) {
    private static final int PROJECTION_ID = 8;
    private static final int MOST_DIMS = 8;

    /**
     * Elements that are contiguous on both sides.
     *
     * @param canonical offset in the canonical block, in elements
     * @param packed offset in the weight space, in elements
     * @param count elements
     */
    record Piece(long canonical, long packed, long count) {}

    /** Queries cuDNN; the caller holds the lock of the device's stream. */
    static WeightMap of(CudaDevice device, RnnDescriptor rnn, Stage stage, MathMode math, WeightLayout layout) {
        Cleanup cleanup = new Cleanup();
        try {
            return new Reader(device, rnn, stage, math, layout, cleanup).read();
        } finally {
            cleanup.run();
        }
    }

    private static final class Reader {
        private final cudnnContext handle;
        private final RnnDescriptor rnn;
        private final Stage stage;
        private final MathMode math;
        private final WeightLayout layout;
        private final cudnnTensorStruct matrix = new cudnnTensorStruct();
        private final cudnnTensorStruct bias = new cudnnTensorStruct();
        private final List<Piece> pieces = new ArrayList<>();
        private final long bytes;
        private final Span base;

        Reader(CudaDevice device, RnnDescriptor rnn, Stage stage, MathMode math, WeightLayout layout, Cleanup cleanup) {
            this.handle = device.stream().cudnn();
            this.rnn = rnn;
            this.stage = stage;
            this.math = math;
            this.layout = layout;
            create(matrix, cleanup);
            create(bias, cleanup);
            HostBlock size = new HostBlock(Long.BYTES);
            CudaStatus.check(
                    cudnn.cudnnGetRNNWeightSpaceSize(handle, rnn.struct(), new SizeTPointer(new Span(size.address()))),
                    "cudnnGetRNNWeightSpaceSize");
            bytes = size.bytes().getLong(0);
            // It is never read or written: only differences of addresses are used.
            DeviceBlock space = device.memory().allocate(Math.max(bytes, 1), "weight space");
            cleanup.add(space::close);
            base = new Span(space.address());
        }

        private static void create(cudnnTensorStruct made, Cleanup cleanup) {
            CudaStatus.check(cudnn.cudnnCreateTensorDescriptor(made), "cudnnCreateTensorDescriptor");
            cleanup.add(() -> cudnn.cudnnDestroyTensorDescriptor(made));
        }

        WeightMap read() {
            RecurrentConfig config = stage.config();
            int gates = config.gates();
            for (int layer = 0; layer < stage.layers(); layer++) {
                for (int d = 0; d < config.directions(); d++) {
                    int pseudoLayer = layer * config.directions() + d;
                    for (int gate = 0; gate < gates; gate++) {
                        read(pseudoLayer, gate, gate, find(layer, d, Kind.WEIGHT_IH), find(layer, d, Kind.BIAS_IH));
                        read(
                                pseudoLayer,
                                gates + gate,
                                gate,
                                find(layer, d, Kind.WEIGHT_HH),
                                find(layer, d, Kind.BIAS_HH));
                    }
                    if (config.projectionSize() > 0) {
                        read(pseudoLayer, PROJECTION_ID, 0, find(layer, d, Kind.WEIGHT_HR), null);
                    }
                }
            }
            return new WeightMap(bytes, joined());
        }

        private @Nullable ParameterSpec find(int layer, int d, Kind kind) {
            return layout.find(stage.first() + layer, d, kind);
        }

        /** One linear layer of one gate: its part of a canonical matrix, and of a bias if there is one. */
        private void read(
                int pseudoLayer,
                int id,
                int gate,
                @Nullable ParameterSpec matrixSpec,
                @Nullable ParameterSpec biasSpec) {
            Pointer matrixAt = new Span();
            Pointer biasAt = new Span();
            CudaStatus.check(
                    cudnn.cudnnGetRNNWeightParams(
                            handle, rnn.struct(), pseudoLayer, bytes, base, id, matrix, matrixAt, bias, biasAt),
                    "cudnnGetRNNWeightParams");
            add(pseudoLayer, id, gate, matrixSpec, matrix, matrixAt);
            add(pseudoLayer, id, gate, biasSpec, bias, biasAt);
        }

        private void add(
                int pseudoLayer, int id, int gate, @Nullable ParameterSpec spec, cudnnTensorStruct shape, Pointer at) {
            if (spec == null) {
                return;
            }
            long count = spec.kind() == Kind.WEIGHT_HR
                    ? spec.size()
                    : spec.size() / stage.config().gates();
            long offset = at.isNull() ? -1 : at.address() - base.address();
            long found = at.isNull() ? 0 : elements(shape);
            if (found != count || offset < 0 || offset % math.bytes() != 0 || offset + count * math.bytes() > bytes) {
                throw new FusedRnnException(
                        "cudnn: cudnnGetRNNWeightParams of pseudo-layer " + pseudoLayer + ", linear layer " + id + ": "
                                + found + " elements at byte " + offset + " (expected: " + count + " of " + spec.name()
                                + " inside " + bytes + " bytes)",
                        null);
            }
            pieces.add(new Piece(spec.offset() + gate * count, offset / math.bytes(), count));
        }

        private static long elements(cudnnTensorStruct shape) {
            int[] type = new int[1];
            int[] rank = new int[1];
            int[] dims = new int[MOST_DIMS];
            CudaStatus.check(
                    cudnn.cudnnGetTensorNdDescriptor(shape, MOST_DIMS, type, rank, dims, new int[MOST_DIMS]),
                    "cudnnGetTensorNdDescriptor");
            long elements = 1;
            for (int i = 0; i < Math.min(rank[0], MOST_DIMS); i++) {
                elements *= dims[i];
            }
            return elements;
        }

        private List<Piece> joined() {
            pieces.sort(Comparator.comparingLong(Piece::canonical));
            List<Piece> all = new ArrayList<>();
            for (Piece piece : pieces) {
                Piece last = all.isEmpty() ? null : all.get(all.size() - 1);
                if (last != null
                        && last.canonical() + last.count() == piece.canonical()
                        && last.packed() + last.count() == piece.packed()) {
                    all.set(all.size() - 1, new Piece(last.canonical(), last.packed(), last.count() + piece.count()));
                } else {
                    all.add(piece);
                }
            }
            return List.copyOf(all);
        }
    }

    /** Copies a canonical block of the same data type into the weight space; clears the gaps between parameters. */
    void pack(StreamOps ops, long canonical, long space, int elementBytes) {
        ops.zero(space, bytes);
        for (Piece piece : pieces) {
            ops.copy(
                    space + piece.packed() * elementBytes,
                    canonical + piece.canonical() * elementBytes,
                    piece.count() * elementBytes);
        }
    }

    /** Copies a weight space into a canonical block of the same data type. */
    void unpack(StreamOps ops, long space, long canonical, int elementBytes) {
        for (Piece piece : pieces) {
            ops.copy(
                    canonical + piece.canonical() * elementBytes,
                    space + piece.packed() * elementBytes,
                    piece.count() * elementBytes);
        }
    }
}
