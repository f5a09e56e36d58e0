package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_DATA_LAYOUT_BATCH_MAJOR_UNPACKED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.cudnn.internal.device.HostBlock;
import io.github.fusedrnn.cudnn.internal.device.Span;
import org.bytedeco.cuda.cudnn.cudnnRNNDataStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;

/**
 * The shapes of a stage's inputs and outputs, as cuDNN's descriptors. The UNPACKED layouts accept rows in any order and write zeros into the
 * padding of outputs. One thread at a time.
 */
final class DataDescriptors {
    private static final int STATE_RANK = 3;

    private final Stage stage;
    private final MathMode math;
    private final cudnnRNNDataStruct x = new cudnnRNNDataStruct();
    private final cudnnRNNDataStruct y = new cudnnRNNDataStruct();
    private final cudnnTensorStruct h = new cudnnTensorStruct();
    private final cudnnTensorStruct c = new cudnnTensorStruct();
    private final int[] lengths;
    private final int[] dims = new int[STATE_RANK];
    private final int[] strides = new int[STATE_RANK];
    private final HostBlock zero = new HostBlock(Long.BYTES);
    private final Span padding = new Span(zero.address());
    private long version;

    DataDescriptors(Stage stage, MathMode math, int maxN, Cleanup cleanup) {
        this.stage = stage;
        this.math = math;
        this.lengths = new int[maxN];
        create(x, cleanup);
        create(y, cleanup);
        create(h, cleanup);
        create(c, cleanup);
    }

    private static void create(cudnnRNNDataStruct made, Cleanup cleanup) {
        CudaStatus.check(cudnn.cudnnCreateRNNDataDescriptor(made), "cudnnCreateRNNDataDescriptor");
        cleanup.add(() -> cudnn.cudnnDestroyRNNDataDescriptor(made));
    }

    private static void create(cudnnTensorStruct made, Cleanup cleanup) {
        CudaStatus.check(cudnn.cudnnCreateTensorDescriptor(made), "cudnnCreateTensorDescriptor");
        cleanup.add(() -> cudnn.cudnnDestroyTensorDescriptor(made));
    }

    /** Sets all of them to the shape of a call, unless they have it already. */
    void set(CallShape shape) {
        if (version == shape.version()) {
            return;
        }
        version = 0; // invalid until all are set
        RecurrentConfig config = stage.config();
        shape.writeAtLeastOne(lengths);
        set(x, shape, stage.inputSize());
        set(y, shape, stage.outputSize());
        set(h, shape.n(), config.stateSize());
        set(c, shape.n(), config.hiddenSize());
        version = shape.version();
    }

    private void set(cudnnRNNDataStruct data, CallShape shape, int width) {
        CudaStatus.check(
                cudnn.cudnnSetRNNDataDescriptor(
                        data,
                        math.dataType(),
                        stage.config().batchMajor()
                                ? CUDNN_RNN_DATA_LAYOUT_BATCH_MAJOR_UNPACKED
                                : CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED,
                        shape.t(),
                        shape.n(),
                        width,
                        lengths,
                        padding),
                "cudnnSetRNNDataDescriptor");
    }

    private void set(cudnnTensorStruct state, int n, int width) {
        dims[0] = stage.stateLayers();
        dims[1] = n;
        dims[2] = width;
        strides[0] = Math.multiplyExact(n, width);
        strides[1] = width;
        strides[2] = 1;
        CudaStatus.check(
                cudnn.cudnnSetTensorNdDescriptor(state, math.dataType(), STATE_RANK, dims, strides),
                "cudnnSetTensorNdDescriptor");
    }

    cudnnRNNDataStruct x() {
        return x;
    }

    cudnnRNNDataStruct y() {
        return y;
    }

    cudnnTensorStruct h() {
        return h;
    }

    cudnnTensorStruct c() {
        return c;
    }
}
