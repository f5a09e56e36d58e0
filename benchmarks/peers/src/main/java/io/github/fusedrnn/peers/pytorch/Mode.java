package io.github.fusedrnn.peers.pytorch;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The library's two switches that apply to the process or the thread; set only when they change. Not thread-safe. */
final class Mode {
    private static final Context CONTEXT = torch.globalContext();
    private static @Nullable InferenceMode inference;
    private static boolean oneDnn = CONTEXT.userEnabledMkldnn();

    private Mode() {}

    /**
     * Sets both.
     *
     * @param forInference whether no gradients will be requested
     * @param useOneDnn whether the library may use its oneDNN where it supports that (an LSTM without a packed sequence)
     */
    static void enter(boolean forInference, boolean useOneDnn) {
        if (forInference && inference == null) {
            inference = new InferenceMode(true);
        } else if (!forInference && inference != null) {
            inference.close();
            inference = null;
        }
        if (useOneDnn != oneDnn) {
            CONTEXT.setUserEnabledMkldnn(useOneDnn);
            oneDnn = useOneDnn;
        }
    }
}
