from .config import PipelineConfiguration as PipelineConfiguration
from .error_codes import ErrorCategory as ErrorCategory
from .error_codes import ErrorCode as ErrorCode
from .errors import FlexscoutError as FlexscoutError
from .errors import ProcessingError as ProcessingError
from .ingest import FileDiscovery as FileDiscovery
from .insights import PropertyDecisions as PropertyDecisions
from .jobs import EventKind as EventKind
from .jobs import Job as Job
from .jobs import JobEvent as JobEvent
from .jobs import start_job as start_job
from .models import AggregateStatistics as AggregateStatistics
from .models import ProcessingResult as ProcessingResult
from .models import RunSummary as RunSummary
from .notebook import BatchProcessor as BatchProcessor
from .notebook import FileProcessor as FileProcessor
from .notebook import FlexPropertyClassifier as FlexPropertyClassifier
from .notebook import PropertyDataAnalyzer as PropertyDataAnalyzer
from .notebook import ReportGenerator as ReportGenerator
from .notebook import ResultAggregator as ResultAggregator
from .pipeline import ScalableFlexPipeline as ScalableFlexPipeline
from .runtime import ErrorAction as ErrorAction
from .runtime import ErrorHandler as ErrorHandler
from .scoring import FlexPropertyScorer as FlexPropertyScorer

__version__: str
