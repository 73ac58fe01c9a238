"""What the estimators of this package take from scikit-learn, in one place.

Classes that inherit from scikit-learn's need it when they are made, so this package loads it, and
is itself loaded only when one of its estimators is named.
"""

from sklearn.base import BaseEstimator as BaseEstimator
from sklearn.base import ClassifierMixin as ClassifierMixin
from sklearn.base import RegressorMixin as RegressorMixin
from sklearn.base import is_classifier as is_classifier
from sklearn.exceptions import ConvergenceWarning as ConvergenceWarning
from sklearn.metrics import r2_score as r2_score
from sklearn.model_selection import train_test_split as train_test_split
from sklearn.utils import check_array as check_array
from sklearn.utils import check_random_state as check_random_state
from sklearn.utils import column_or_1d as column_or_1d
from sklearn.utils.class_weight import compute_sample_weight as compute_sample_weight
from sklearn.utils.metaestimators import available_if as available_if
from sklearn.utils.multiclass import check_classification_targets as check_classification_targets
from sklearn.utils.multiclass import type_of_target as type_of_target
from sklearn.utils.validation import check_is_fitted as check_is_fitted
from sklearn.utils.validation import validate_data as validate_data
