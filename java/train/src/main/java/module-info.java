/** What is around a recurrent layer in training. */
module io.github.fusedrnn.train {
    requires transitive io.github.fusedrnn;
    requires static transitive org.jspecify;
}
