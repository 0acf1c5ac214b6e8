package dev.tenfold.methods.squareloss;

/** The stream of random numbers of each study, so that none depends on whether another ran. */
final class StudyNumber {
    static final long SPIRALS = 1;
    static final long CIRCLE = 2;
    static final long WIDE = 3;
    static final long GAUSSIAN = 4;
    static final long REGRESSION = 5;
    static final long PICTURES = 6;
    static final long CONVOLUTION = 7;
    static final long DATA = 8;

    private StudyNumber() {
    }
}
