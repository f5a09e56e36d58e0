package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_BIDIRECTIONAL;
import static org.bytedeco.cuda.global.cudnn.CUDNN_DATA_FLOAT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_LINEAR_INPUT;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_CLIP_MINMAX;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_DOUBLE_BIAS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_NO_BIAS;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_PADDED_IO_ENABLED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_UNIDIRECTIONAL;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import org.bytedeco.cuda.cudnn.cudnnRNNStruct;
import org.bytedeco.cuda.global.cudnn;

/** cuDNN's descriptor of a stage with one algorithm. */
final class RnnDescriptor {
    private final cudnnRNNStruct struct = new cudnnRNNStruct();

    /**
     * Creates and sets it.
     *
     * @param dropout between the layers of the stage
     * @param cleanup destroys it
     */
    RnnDescriptor(Stage stage, MathMode math, Algorithm algorithm, DropoutDescriptor dropout, Cleanup cleanup) {
        CudaStatus.check(cudnn.cudnnCreateRNNDescriptor(struct), "cudnnCreateRNNDescriptor");
        cleanup.add(() -> cudnn.cudnnDestroyRNNDescriptor(struct));
        RecurrentConfig config = stage.config();
        CudaStatus.check(
                cudnn.cudnnSetRNNDescriptor_v8(
                        struct,
                        algorithm.code(),
                        stage.mode(),
                        config.bias() ? CUDNN_RNN_DOUBLE_BIAS : CUDNN_RNN_NO_BIAS,
                        config.directions() == 2 ? CUDNN_BIDIRECTIONAL : CUDNN_UNIDIRECTIONAL,
                        CUDNN_LINEAR_INPUT,
                        math.dataType(),
                        CUDNN_DATA_FLOAT,
                        math.mathType(),
                        stage.inputSize(),
                        config.hiddenSize(),
                        // cuDNN refuses 0, though the header allows it; H means no projection.
                        config.stateSize(),
                        stage.layers(),
                        dropout.struct(),
                        CUDNN_RNN_PADDED_IO_ENABLED),
                "cudnnSetRNNDescriptor_v8");
        if (config.cellClip() > 0) {
            CudaStatus.check(
                    cudnn.cudnnRNNSetClip_v9(struct, CUDNN_RNN_CLIP_MINMAX, -config.cellClip(), config.cellClip()),
                    "cudnnRNNSetClip_v9");
        }
    }

    cudnnRNNStruct struct() {
        return struct;
    }
}
